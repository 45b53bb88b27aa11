/** The page's entry: makes the application out of the browser and draws the page of the present address. */
import { render } from 'preact';
import { type App, AppContext, createApp, useApp } from './app.ts';
import { browserDeps } from './deps.ts';
import { CheckPage } from './pages/check.tsx';
import { CollectPage } from './pages/collect.tsx';
import { FolderPage, RunbookPage } from './pages/folder.tsx';
import { HomePage } from './pages/home.tsx';
import { LogPage } from './pages/log.tsx';
import { RoomPage } from './pages/room.tsx';
import { Enrol, linkFrom, SignedOut } from './pages/signIn.tsx';
import { StartPage } from './pages/start.tsx';
import { Frame } from './parts/band.tsx';
import { Later } from './parts/later.tsx';
import type { Room } from './room/state.ts';

const record = () => import('./pages/record.tsx').then(({ RecordPage }) => RecordPage);
const verify = () => import('./pages/record.tsx').then(({ VerifyPage }) => VerifyPage);

const Says = ({ text }: { readonly text: string }) => (
  <main class="plain">
    <p role="status">{text}</p>
  </main>
);

function RunPage({ room }: { readonly room: Room }) {
  const route = useApp().route.value;
  if (route.page === 'record') return <Later load={record} with={{ room }} />;
  if (!room.folded.value)
    return <Says text={room.problem.value ? 'This run cannot be shown.' : 'The run is being fetched and verified.'} />;
  switch (route.page) {
    case 'check':
      return <CheckPage room={room} />;
    case 'hold':
    case 'close':
      return <CollectPage key={route.page} room={room} act={route.page === 'hold' ? 'lift' : 'close'} />;
    case 'log':
      return <LogPage room={room} />;
    case 'room':
      return <RoomPage room={room} step={route.step} />;
    default:
      return null;
  }
}

function Page() {
  const app = useApp();
  const route = app.route.value;
  const session = app.session.value;
  if (route.page === 'verify') return <Later load={verify} with={{}} />;
  if (session.kind === 'loading') return <Says text="Asking who you are." />;
  if (session.kind === 'out') return <SignedOut problem={session.problem} />;
  switch (route.page) {
    case 'home':
      return <HomePage />;
    case 'folder':
      return <FolderPage name={route.name} />;
    case 'runbook':
      return <RunbookPage digest={route.digest} />;
    case 'start':
      return <StartPage digest={route.digest} />;
    case 'lost':
      return <Says text="There is no such page." />;
    default: {
      const room = app.room.value;
      return room ? <RunPage key={room.run} room={room} /> : null;
    }
  }
}

const Root = ({ app }: { readonly app: App }) => (
  <AppContext.Provider value={app}>
    <Frame>
      <Enrol />
      <Page />
    </Frame>
  </AppContext.Provider>
);

const root = document.getElementById('app');
if (root) {
  const app = createApp(browserDeps(window));
  root.replaceChildren();
  render(<Root app={app} />, root);
  await linkFrom(app);
}
