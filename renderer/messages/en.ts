import { add, importRemedy } from './en/add.ts';
import { failure } from './en/failure.ts';
import { finding } from './en/finding.ts';
import { app, bar, notice, reading, screens, status } from './en/frame.ts';
import { dropped, generate, remedy, syntax } from './en/generate.ts';
import { healthScreen, lastCheck, means } from './en/health.ts';
import { mappings } from './en/mappings.ts';
import { bulk, details, models, relocate, remove, whyNot } from './en/models.ts';
import { palette } from './en/palette.ts';
import { queue } from './en/queue.ts';
import { keys, option, server, settings, updates } from './en/settings.ts';
import { welcome } from './en/welcome.ts';
import { family, format, health, provider, task, type, types } from './en/words.ts';

/** Every sentence of the window, in English. ICU syntax; another language has the same keys. */
export const en = {
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
} as const;
