import { join, normalize, sep } from 'node:path';

/** What an address of `vitrine://app` means. */
export type Content =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'picture'; readonly artifactId: string }
  | { readonly kind: 'preview'; readonly modelId: string };

const picturesPath = '/pictures/';
const previewsPath = '/previews/';

/**
 * What a request for `vitrine://app/<path>` means, or null for one that would leave the folder or can't be a path. Under `/pictures/` stand
 * artifacts by their id, under `/previews/` the pictures of models by theirs; all else is a file of the folder, and a path without a file name means `index.html`.
 */
export function contentOf(folder: string, url: string): Content | null {
  const { host, pathname } = new URL(url);
  if (host !== 'app') return null;
  const path = decoded(pathname);
  if (path === null || path.includes('\0') || path.includes('\\')) return null;
  if (path.startsWith(picturesPath)) {
    const artifactId = path.slice(picturesPath.length);
    return artifactId === '' ? null : { kind: 'picture', artifactId };
  }
  if (path.startsWith(previewsPath)) {
    const modelId = path.slice(previewsPath.length);
    return modelId === '' ? null : { kind: 'preview', modelId };
  }
  const root = normalize(folder + sep);
  const file = join(root, path.endsWith('/') ? `${path}index.html` : path);
  return file.startsWith(root) ? { kind: 'file', path: file } : null;
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
