/** Paths below the archive, the folder of unpacked files, and the resources; forward slashes. */
export interface PackedFiles {
  readonly archived: readonly string[];
  readonly unpacked: readonly string[];
  readonly resources: readonly string[];
}

interface Expectation {
  readonly what: string;
  readonly where: keyof PackedFiles;
  readonly pattern: RegExp;
}

const natives = 'node_modules/(onnxruntime-node/bin|better-sqlite3/prebuilds|@img)/';

/** What is wrong with the content of a package for `target` (`linux-x64`, …): one sentence each. */
export function packFaults(files: PackedFiles, target: string): string[] {
  const [platform = '', architecture = ''] = target.split('-');
  const needed: readonly Expectation[] = [
    { what: 'the updater', where: 'archived', pattern: /^node_modules\/electron-updater\/out\/main\.js$/ },
    { what: 'the main program', where: 'archived', pattern: /^dist\/electron\/main\.js$/ },
    { what: 'the command line', where: 'unpacked', pattern: /^dist\/node\/vitrine\.mjs$/ },
    { what: 'its launcher', where: 'resources', pattern: /^bin\/vitrine$/ },
    { what: 'the icon', where: 'resources', pattern: /^vitrine\.png$/ },
    { what: 'the window for browsers', where: 'unpacked', pattern: /^dist\/renderer\/index\.html$/ },
    { what: 'the JavaScript of SQLite', where: 'unpacked', pattern: /better-sqlite3\/lib\/index\.js$/ },
    { what: 'the preload script', where: 'archived', pattern: /^dist\/electron\/preload\.cjs$/ },
    { what: 'the window', where: 'archived', pattern: /^dist\/renderer\/index\.html$/ },
    { what: 'the runner', where: 'unpacked', pattern: /^dist\/runner\/entry\.mjs$/ },
    {
      what: 'the thread that runs half of the rows',
      where: 'unpacked',
      pattern: /^dist\/runner\/segment-thread\.mjs$/,
    },
    {
      what: "the thread that reads the runner's weights",
      where: 'unpacked',
      pattern: /^dist\/runner\/weight-thread\.mjs$/,
    },
    {
      what: 'the binding of ONNX Runtime',
      where: 'unpacked',
      pattern: new RegExp(`onnxruntime-node/bin/napi-v6/${platform}/${architecture}/.*\\.node$`),
    },
    { what: 'SQLite', where: 'unpacked', pattern: new RegExp(`better-sqlite3/prebuilds/${target}\\.node$`) },
    { what: 'the process for pictures', where: 'unpacked', pattern: /^dist\/imaging\/entry\.mjs$/ },
    { what: 'sharp', where: 'unpacked', pattern: new RegExp(`@img/sharp-${target}/.*\\.node$`) },
    { what: 'libvips', where: 'unpacked', pattern: new RegExp(`@img/sharp-libvips-${target}/.*libvips`) },
    { what: 'a Node executable', where: 'resources', pattern: /^node(\.exe)?$/ },
    { what: 'the starter model', where: 'resources', pattern: /^starter-model\/bundle\/model_index\.json$/ },
    { what: "what is known of other apps' folders", where: 'resources', pattern: /^mappings\/comfyui\.json$/ },
  ];
  const unwanted: readonly Expectation[] = [
    { what: 'an address for updates that nobody gave', where: 'resources', pattern: /^app-update\.yml$/ },
    { what: 'a source', where: 'archived', pattern: /^(core|electron|renderer|e2e|docs)\// },
    { what: 'a source map', where: 'archived', pattern: /\.map$/ },
    {
      what: 'a package that is only needed to build or to test',
      where: 'archived',
      pattern:
        /^node_modules\/(react|vite|vitest|electron|electron-builder|playwright|typescript|node)\/package\.json$/,
    },
    {
      what: 'a library of another platform',
      where: 'archived',
      pattern: new RegExp(`^${natives}.*\\.(node|dll|dylib|so(\\.\\d+)*)$`),
    },
  ];
  const missing = needed
    .filter(({ where, pattern }) => !files[where].some((file) => pattern.test(file)))
    .map(({ what, where }) => `${what} is not among the ${where} files`);
  const superfluous = unwanted.flatMap(({ what, where, pattern }) =>
    files[where]
      .filter(
        (file) => pattern.test(file) && !(file.match(new RegExp(`^${natives}`)) && isOf(file, platform, architecture)),
      )
      .map((file) => `${what} was packed: ${file}`),
  );
  return [...missing, ...superfluous];
}

/** `bin/napi-v6/linux/x64/…`, `prebuilds/linux-x64.node`, `sharp-linux-x64/…`, `sharp-libvips-linux-x64/…` */
function isOf(file: string, platform: string, architecture: string): boolean {
  return new RegExp(`[/-]${platform}[/-]${architecture}[/.]`).test(file);
}
