/** The page's entry: makes the application out of the browser and draws the page of the present address. What the room does not need is fetched later. */
import { render } from 'preact';
import { type App, AppContext, createApp, useApp } from './app.ts';
import { browserDeps } from './deps.ts';
import { later as signers } from './keys/signer.ts';
import { CheckPage } from './pages/check.tsx';
import { RoomPage } from './pages/room.tsx';
import { Enrol, linkFrom, SignedOut } from './pages/signIn.tsx';
import { Frame } from './parts/band.tsx';
import { Later } from './parts/later.tsx';
import type { Room } from './room/state.ts';

const later = {
  home: () => import('./pages/home.tsx').then(({ HomePage }) => HomePage),
  briefing: () => import('./pages/briefing.tsx').then(({ BriefingPage }) => BriefingPage),
  brief: () => import('./pages/brief.tsx').then(({ BriefPage }) => BriefPage),
  hold: () => import('./pages/hold.tsx').then(({ HoldPage }) => HoldPage),
  close: () => import('./pages/close.tsx').then(({ ClosePage }) => ClosePage),
  log: () => import('./pages/log.tsx').then(({ LogPage }) => LogPage),
  record: () => import('./pages/record.tsx').then(({ RecordPage }) => RecordPage),
  verify: () => import('./pages/record.tsx').then(({ VerifyPage }) => VerifyPage),
  decide: () => import('./pages/decide.tsx').then(({ DecidePage }) => DecidePage),
  deviate: () => import('./pages/deviate.tsx').then(({ DeviatePage }) => DeviatePage),
  resolve: () => import('./pages/resolve.tsx').then(({ ResolvePage }) => ResolvePage),
  lead: () => import('./pages/lead.tsx').then(({ LeadPage }) => LeadPage),
  windows: () => import('./pages/windows.tsx').then(({ RunWindowsPage }) => RunWindowsPage),
  clocks: () => import('./pages/windows.tsx').then(({ ClocksPage }) => ClocksPage),
  postmortem: () => import('./pages/postmortem.tsx').then(({ PostmortemPage }) => PostmortemPage),
  people: () => import('./pages/people.tsx').then(({ PeoplePage }) => PeoplePage),
  plan: () => import('./pages/plan.tsx').then(({ PlanPage }) => PlanPage),
  siteHold: () => import('./pages/siteHold.tsx').then(({ SiteHoldPage }) => SiteHoldPage),
  folder: () => import('./pages/runbook.tsx').then(({ FolderPage }) => FolderPage),
  runbook: () => import('./pages/runbook.tsx').then(({ RunbookPage }) => RunbookPage),
} as const;

/** After the page itself is there. */
const PREFETCH_MS = 3000;

const Says = ({ text }: { readonly text: string }) => (
  <main class="plain">
    <p role="status">{text}</p>
  </main>
);

function RunPage({ room }: { readonly room: Room }) {
  const route = useApp().route.value;
  if (route.page === 'record') return <Later load={later.record} with={{ room }} />;
  if (!room.folded.value)
    return <Says text={room.problem.value ? 'This run cannot be shown.' : 'The run is being fetched and verified.'} />;
  switch (route.page) {
    case 'check':
      return <CheckPage room={room} />;
    case 'room':
      return <RoomPage room={room} step={route.step} />;
    case 'brief':
    case 'briefing':
    case 'hold':
    case 'close':
    case 'log':
    case 'decide':
    case 'deviate':
    case 'resolve':
    case 'lead':
    case 'windows':
    case 'postmortem':
      return <Later key={route.page} load={later[route.page]} with={{ room }} />;
    default:
      return null;
  }
}

function Page() {
  const app = useApp();
  const route = app.route.value;
  const session = app.session.value;
  if (route.page === 'verify') return <Later load={later.verify} with={{}} />;
  if (session.kind === 'loading') return <Says text="Asking who you are." />;
  if (session.kind === 'out') return <SignedOut problem={session.problem} />;
  switch (route.page) {
    case 'home':
      return <Later key="home" load={later.home} with={{}} />;
    case 'folder':
      return <Later key="folder" load={later.folder} with={{ name: route.name }} />;
    case 'runbook':
      return <Later key="runbook" load={later.runbook} with={{ digest: route.digest, view: route.view }} />;
    case 'plan': {
      const { plan, runbook, from, follows } = route;
      return <Later key={`plan ${plan}`} load={later.plan} with={{ plan, runbook, from, follows }} />;
    }
    case 'siteHold':
      return <Later key={route.seq} load={later.siteHold} with={{ seq: route.seq }} />;
    case 'clocks':
      return <Later key="clocks" load={later.clocks} with={{}} />;
    case 'people':
      return <Later key="people" load={later.people} with={{}} />;
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
  // What is needed in a hurry is there before it is asked for.
  app.deps.later(
    PREFETCH_MS,
    () =>
      void Promise.allSettled([later.hold(), later.briefing(), later.decide(), signers.browser(), signers.passkey()]),
  );
}
