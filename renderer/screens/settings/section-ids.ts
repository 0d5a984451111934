export const sectionIds = [
  'folders',
  'engine',
  'generating',
  'files',
  'queue',
  'api',
  'appearance',
  'keyboard',
  'about',
] as const;
export type SectionId = (typeof sectionIds)[number];

export function sectionElementId(id: SectionId): string {
  return `settings-${id}`;
}
