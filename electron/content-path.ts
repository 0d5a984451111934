import { join, normalize, sep } from 'node:path';

/**
 * The file that a request for `app://bundle/<path>` means, or null for one that would leave the folder or can't be a path.
 * A path without a file name means `index.html`.
 */
export function contentPath(folder: string, url: string): string | null {
  const { host, pathname } = new URL(url);
  if (host !== 'bundle') return null;
  const path = decoded(pathname);
  if (path === null || path.includes('\0') || path.includes('\\')) return null;
  const root = normalize(folder + sep);
  const file = join(root, path.endsWith('/') ? `${path}index.html` : path);
  return file.startsWith(root) ? file : null;
}

/** The id in `picture://artifact/<id>`, or null for any other address. */
export function artifactId(url: string): string | null {
  return idBehind('artifact', url);
}

/** The model's id in `picture://model/<id>`, or null for any other address. */
export function previewModelId(url: string): string | null {
  return idBehind('model', url);
}

function idBehind(wanted: string, url: string): string | null {
  const { host, pathname } = new URL(url);
  if (host !== wanted) return null;
  const id = decoded(pathname.slice(1));
  return id === '' ? null : id;
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
