/** The name that a person knows a drive by: of its mount point, or its letter. */
export function driveNameOf(path: string): string {
  const letter = /^[A-Za-z]:/.exec(path);
  if (letter) return letter[0].toUpperCase();
  const [first, second, third, fourth] = path.split('/').filter(Boolean);
  if (first === 'run' && second === 'media') return fourth ?? third ?? path;
  if (first === 'media') return third ?? second ?? path;
  if (first === 'mnt' || first === 'Volumes') return second ?? path;
  return path;
}
