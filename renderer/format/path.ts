/** The last segment of a path, of either system. */
export function baseName(path: string): string {
  const trimmed = path.replace(/[\\/]+$/, '');
  return trimmed.slice(Math.max(trimmed.lastIndexOf('/'), trimmed.lastIndexOf('\\')) + 1) || path;
}

/** Where the last segment stands. */
export function folderOf(path: string): string {
  const name = baseName(path);
  return path.replace(/[\\/]+$/, '').slice(0, -name.length - 1) || path;
}

/** Whether text can be the path of something on some system: it starts at a root. */
export function isAbsolutePath(text: string): boolean {
  return /^(\/|[A-Za-z]:[\\/]|\\\\)/.test(text);
}

/** A path that keeps its start and its end, which tell the drive and the thing: `/home/mira/…/sumi-e-xl`. */
export function shortenPath(path: string, maxCharacters: number): string {
  if ([...path].length <= maxCharacters) return path;
  const separator = path.includes('\\') ? '\\' : '/';
  const segments = path.split(separator);
  const last = segments.at(-1) ?? '';
  let start = '';
  for (const segment of segments.slice(0, -1)) {
    const longer = start + segment + separator;
    if (longer.length + 2 + last.length > maxCharacters) break;
    start = longer;
  }
  return `${start}…${separator}${last}`;
}
