/** Says calmly, where it matters, that the keepers have not signed a roster yet, and who can do something about it. */
import { useApp } from '../app.ts';
import { paths } from '../router.ts';
import { Link } from './basics.tsx';

export function Unvouched() {
  const me = useApp().me.value;
  if (!me || me.vouched) return null;
  return (
    <p class="notice">
      The keepers have not signed a roster yet, so nothing runs live. Plans and rehearsals are possible.{' '}
      <Link to={paths.people}>Who keeps the site, and what they sign</Link>
    </p>
  );
}
