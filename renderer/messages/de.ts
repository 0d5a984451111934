import { add, importRemedy } from './de/add.ts';
import { failure } from './de/failure.ts';
import { finding } from './de/finding.ts';
import { app, bar, notice, reading, screens, status } from './de/frame.ts';
import { dropped, generate, remedy, syntax } from './de/generate.ts';
import { healthScreen, lastCheck, means } from './de/health.ts';
import { mappings } from './de/mappings.ts';
import { bulk, details, models, relocate, remove, whyNot } from './de/models.ts';
import { palette } from './de/palette.ts';
import { queue } from './de/queue.ts';
import { keys, option, server, settings, updates } from './de/settings.ts';
import { welcome } from './de/welcome.ts';
import { family, format, health, provider, task, type, types } from './de/words.ts';
import type { Messages } from './translation.ts';

/** Every sentence of the window, in German: the reader is addressed as „du“. */
export const de: Messages = {
  app,
  screens,
  bar,
  reading,
  status,
  notice,
  health,
  type,
  types,
  family,
  format,
  task,
  provider,
  models,
  details,
  bulk,
  whyNot,
  remove,
  relocate,
  failure,
  finding,
  add,
  importRemedy,
  generate,
  syntax,
  dropped,
  remedy,
  palette,
  queue,
  healthScreen,
  lastCheck,
  means,
  mappings,
  settings,
  server,
  updates,
  option,
  keys,
  welcome,
};
