import { IntlProvider } from 'use-intl';
import { AppProvider } from './app-context.tsx';
import { en } from './messages/en.ts';
import { Frame } from './screens/frame/frame.tsx';
import type { Actions } from './store/actions.ts';
import type { AppStore } from './store/store.ts';

interface AppProps {
  readonly store: AppStore;
  readonly actions: Actions;
}

export function App({ store, actions }: AppProps) {
  return (
    <IntlProvider locale="en" messages={en} timeZone={Intl.DateTimeFormat().resolvedOptions().timeZone}>
      <AppProvider value={{ store, actions }}>
        <Frame />
      </AppProvider>
    </IntlProvider>
  );
}
