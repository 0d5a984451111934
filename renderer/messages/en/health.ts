/** The Health screen. */
export const healthScreen = {
  title: 'Health',
  lede: '{bad, plural, =0 {No model needs you} one {# model needs you} other {# models need you}}{away, plural, =0 {} one {, # is on a drive that is away} other {, # are on a drive that is away}}{whole, plural, =0 {} one {, # is whole} other {, # are whole}}',
  emptyTitle: 'Everything is whole',
  emptyText: 'Each model’s files were opened and read. Findings would stand here, each with what mends it.',
  emptyAction: 'Show the models',
  count: '{count, plural, one {# model} other {# models}}',
  check: 'Check again',
  checkAll: 'Check all again',
  relocate: 'Relocate…',
  remove: 'Remove…',
  accept: 'Accept',
  open: 'Open {name}',
  more: '{count} more',
  reading: 'Reading the findings…',
} as const;

export const lastCheck = {
  title: 'Last check',
  when: '{day} {time}, {count, plural, one {# model} other {# models}} in {took}',
  added: 'Added',
  updated: 'Updated',
  adopted: 'Adopted',
  removed: 'Removed',
  partial: 'Not finished',
  unchanged: 'Unchanged',
  more: '{count} more',
  trash: 'Removed, can come back',
  until: 'Until {day}',
  restore: 'Bring back',
  restoreNamed: 'Bring back {name}',
} as const;
