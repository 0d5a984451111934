/** What stands around every screen. */
export const app = {
  name: 'Vitrine',
  unreachable: 'The core does not answer.',
} as const;

export const screens = {
  label: 'Screens',
  models: 'Models',
  generate: 'Generate',
  queue: 'Queue',
  health: 'Health',
  mappings: 'Mappings',
  settings: 'Settings',
  failed: 'This screen could not be shown',
  failedMeans: 'Its part of the program did not come, or met a fault. The other screens are as they were.',
  floatFailed: 'This could not be opened',
  floatFailedMeans: 'Its part of the program did not come, or met a fault. Nothing was done.',
  again: 'Try again',
  close: 'Close',
} as const;

/** Why nothing of the library can be changed, and what ends that. */
export const reading = {
  title: 'Open for reading only',
  held: 'Another Vitrine (process {pid}) holds this library and does not answer. End it, then start this one again.',
  heldUnknown: 'Another program holds this library and does not answer. End it, then start Vitrine again.',
  unwritable:
    'This user may not write to the library’s folder, or its drive is read-only. Allow writing there and start again, or choose another library.',
  restart: 'Start again',
  choose: 'Choose another library…',
} as const;

export const bar = {
  search: 'Search models',
  addModels: 'Add models',
  lookAgain: 'Look again',
  looking: 'Looking…',
  waiting: '{count, plural, one {# more in the queue} other {# more in the queue}}',
} as const;

export const status = {
  runner_ready: 'Runner ready',
  runner_busy: 'Runner busy',
  runner_starting: 'Runner starting',
  runner_stopped: 'Runner at rest',
  fake: 'Fake runner',
  fakeMeans: 'Pictures are made up for testing: no model runs.',
  provider: '{provider}{threads, plural, =0 {} one {, # thread} other {, # threads}}',
  providerWhy: 'Why: see Settings, Engine',
  memory: 'Memory {size}',
  step: 'Generating {item, number} of {items, number}, step {step, number} of {steps, number}',
  stage_load: 'Loading the model',
  stage_text: 'Reading the prompt',
  stage_denoise: 'Generating',
  stage_decode: 'Developing the picture',
  models: '{count, plural, one {# model} other {# models}}',
  lost: 'Not connected',
  importing: 'Adding models',
  adding: 'Adding {done} of {count}',
} as const;

export const notice = {
  close: 'Close',
  added: '{count, plural, =0 {Nothing was added} one {# model added} other {# models added}}',
  removed:
    '{count, plural, one {“{name}” was removed from the library} other {# models were removed from the library}}',
  undo: 'Undo',
  queued: 'Put in the queue',
  linked:
    '{count, plural, =0 {No link was made} one {# link was made} other {# links were made}}{failed, plural, =0 {} one {, # could not be made} other {, # could not be made}}',
  linkedCanceled: 'Canceled. {count, plural, =0 {No link was made} one {# link was made} other {# links were made}}',
  unlinked:
    '{count, plural, =0 {No link was taken back} one {# link was taken back} other {# links were taken back}}{left, plural, =0 {} one {, # was changed since and stays} other {, # were changed since and stay}}',
  cleared_waiting: '{count, plural, one {# job canceled} other {# jobs canceled}}',
  cleared_ended: '{count, plural, one {# job taken out of the history} other {# jobs taken out of the history}}',
} as const;
