import { useEffect, useLayoutEffect, useState } from 'react';
import { I18nProvider, isRTL } from 'react-aria-components/I18nProvider';
import { IntlProvider, type Messages as TypedMessages } from 'use-intl';
import { useStore } from 'zustand';
import { AppProvider } from './app-context.tsx';
import { loadMessages } from './messages/load-messages.ts';
import { type Locale, localeOf } from './messages/locale.ts';
import type { Messages } from './messages/translation.ts';
import { Frame } from './screens/frame/frame.tsx';
import type { Actions } from './store/actions.ts';
import type { AppStore } from './store/store.ts';
import { WordsProvider } from './ui/use-words.ts';

/** A language with its words. */
export interface Speech extends Locale {
  readonly messages: Messages;
}

interface AppProps {
  readonly store: AppStore;
  readonly actions: Actions;
  /** What the window speaks from its first frame on. */
  readonly speech: Speech;
}

const timeZone = Intl.DateTimeFormat().resolvedOptions().timeZone;

export function App({ store, actions, speech }: AppProps) {
  const { locale, messages } = useSpeech(store, actions, speech);
  return (
    // Another language has the same keys; the type names the English words so that each message's own values are checked.
    <IntlProvider locale={locale} messages={messages as TypedMessages} timeZone={timeZone}>
      <I18nProvider locale={locale}>
        <AppProvider value={{ store, actions }}>
          <WordsProvider>
            <Frame />
          </WordsProvider>
        </AppProvider>
      </I18nProvider>
    </IntlProvider>
  );
}

/** The words stay the old ones until the new ones are there. */
function useSpeech(store: AppStore, { tellLanguage }: Actions, first: Speech): Speech {
  const choice = useStore(store, (state) => state.language);
  const [speech, setSpeech] = useState(first);
  useEffect(() => {
    let isWanted = true;
    void speechOf(choice).then((next) => {
      if (isWanted) setSpeech(next);
    });
    return () => {
      isWanted = false;
    };
  }, [choice]);
  // Before the first frame: a window that turns round is worse than one that comes a moment later.
  useLayoutEffect(() => {
    document.documentElement.lang = speech.locale;
    document.documentElement.dir = isRTL(speech.locale) ? 'rtl' : 'ltr';
  }, [speech.locale]);
  useEffect(() => {
    void tellLanguage(speech.locale);
  }, [speech.locale, tellLanguage]);
  return speech;
}

export async function speechOf(choice: Parameters<typeof localeOf>[0]): Promise<Speech> {
  const spoken = localeOf(choice, navigator.languages);
  return { ...spoken, messages: await loadMessages(spoken.language) };
}
