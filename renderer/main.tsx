import './schema-config.ts';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App, speechOf } from './app.tsx';
import type { WindowClient } from './client/client.ts';
import { createClient } from './client/create-client.ts';
import { createActions } from './store/actions.ts';
import { followShell } from './store/follow-shell.ts';
import { keepView, restoreView } from './store/persist.ts';
import { createAppStore } from './store/store.ts';
import { startSync } from './store/sync.ts';
import './styles/tokens.css';
import './styles/base.css';

const rowsWithinMs = 80;

async function chooseClient(): Promise<WindowClient> {
  const sample = new URLSearchParams(location.search).get('sample');
  if (import.meta.env.DEV && sample !== null) {
    const { createSampleClient } = await import('./dev/sample-client.ts');
    return createSampleClient(sample);
  }
  return createClient();
}

const client = await chooseClient();
const store = createAppStore(restoreView(localStorage));
window.addEventListener('pagehide', keepView(store, localStorage));
const actions = createActions(store, client);
startSync(store, client, actions);
// Asked for before anything is drawn. The snapshot reads them again.
const rows = actions.readAhead();
followShell(client.desktop, actions);

const speech = await speechOf(store.getState().language);
// The rows are mostly here by now: a window that has them is drawn once, not twice. One that would wait for them shows their places.
await Promise.race([rows, new Promise((resolve) => setTimeout(resolve, rowsWithinMs))]);

const place = document.getElementById('root');
if (!place) throw new Error('the page has no place for the window');
createRoot(place).render(
  <StrictMode>
    <App store={store} actions={actions} speech={speech} />
  </StrictMode>,
);
