/** What a dialog of the system asks or tells. */
interface Said {
  readonly message: string;
  readonly detail: string;
}

/** The words of the dialogs that stand outside of the page. */
export interface DialogWords {
  /** Before a quit in the middle of something. */
  readonly quitPicture: Said;
  readonly quitModels: Said;
  readonly quit: string;
  readonly keepRunning: string;
  readonly notOpened: string;
  readonly tryAgain: string;
  readonly notStarted: string;
  readonly pageCrashes: Said;
}

const en: DialogWords = {
  quitPicture: {
    message: 'A picture is being made. Quit all the same?',
    detail: 'Its job goes back to the front of the queue and goes on at the next start. Jobs that wait are kept too.',
  },
  quitModels: {
    message: 'Models are being added. Quit all the same?',
    detail: 'What was finished stays. The rest is not added, and its files stay where they are.',
  },
  quit: 'Quit',
  keepRunning: 'Keep Running',
  notOpened: 'The library could not be opened',
  tryAgain: 'Try Again',
  notStarted: 'Vitrine could not start',
  pageCrashes: {
    message: 'The window of Vitrine keeps crashing',
    detail:
      'Your library and your jobs are safe. Quit and start again; if it goes on, the crash reports are in the Help menu.',
  },
};

const de: DialogWords = {
  quitPicture: {
    message: 'Ein Bild entsteht gerade. Trotzdem beenden?',
    detail:
      'Sein Auftrag kommt an den Anfang der Warteschlange zurück und geht beim nächsten Start weiter. Auch die wartenden bleiben.',
  },
  quitModels: {
    message: 'Modelle werden gerade hinzugefügt. Trotzdem beenden?',
    detail: 'Was fertig ist, bleibt. Der Rest kommt nicht dazu, und seine Dateien bleiben, wo sie sind.',
  },
  quit: 'Beenden',
  keepRunning: 'Weiterlaufen lassen',
  notOpened: 'Die Bibliothek war nicht zu öffnen',
  tryAgain: 'Noch einmal',
  notStarted: 'Vitrine konnte nicht starten',
  pageCrashes: {
    message: 'Das Fenster von Vitrine stürzt immer wieder ab',
    detail:
      'Bibliothek und Aufträge sind sicher. Beende und starte neu; geht es weiter, sind die Absturzberichte im Menü Hilfe.',
  },
};

/** Those of the language of a BCP 47 tag; English where there are none. */
export function dialogWords(language: string): DialogWords {
  return /^de\b/i.test(language) ? de : en;
}
