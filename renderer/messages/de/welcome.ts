import type * as en from '../en/welcome.ts';
import type { Translation } from '../translation.ts';

export const welcome: Translation<typeof en.welcome> = {
  title: 'Deine Modelle bleiben, wo sie sind',
  text: 'Vitrine führt Notizen über deine Modelle und lässt sie dort laufen, wo sie liegen, unberührt. Zieh einen Ordner auf dieses Fenster, wann immer du willst.',
  library: 'Die Notizen liegen in',
  choose: 'Anderen Ordner wählen',
  first: 'Ein erstes Bild machen',
  open: 'Die Bibliothek öffnen',
  caption: 'Eine riesige gelbe Sonne über der Wüste im Morgengrauen, mit einem Kaktus',
  by: 'Vom beigelegten Modell: {size}, bereit zu laufen.',
};
