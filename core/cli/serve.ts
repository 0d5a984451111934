import { Command } from 'commander';
import { findProgramFiles } from '../program-files.ts';
import { type CliContext, type ContextOf, coreOptions, withCore } from './context.ts';
import { formatBytes, formatFacts, formatTable } from './format.ts';
import { wholeNumber } from './whole-number.ts';

interface ServeOptions {
  readonly host: string;
  readonly port: number;
  readonly apiKey?: string;
}

export function serveCommand(contextOf: ContextOf): Command {
  return new Command('serve')
    .description('serve the window and the HTTP interfaces')
    .option('--host <host>', 'the address to listen on; any but this machine needs a key', '127.0.0.1')
    .option('--port <port>', '0 takes a free one', wholeNumber, 7860)
    .option('--api-key <key>', 'asked of every caller, else VITRINE_API_KEY')
    .action(async (options: ServeOptions, command: Command) => serve(options, contextOf(command)));
}

async function serve({ host, port, apiKey }: ServeOptions, context: CliContext): Promise<void> {
  const { io } = context;
  const { openInstance } = await import('../instance.ts');
  const ended = Promise.withResolvers<void>();
  const letGo = io.onInterrupt(() => ended.resolve());
  try {
    await using instance = await openInstance({
      ...(await coreOptions(context)),
      host,
      port,
      apiKey: (apiKey ?? io.env.VITRINE_API_KEY) || null,
      rendererFolder: findProgramFiles().rendererFolder,
    });
    io.out(`${JSON.stringify({ url: instance.url })}\n`);
    const { runner, library_path, library_refusal } = await instance.app.commands['app.status']({});
    const fake = runner.kind === 'fake' ? ' Pictures are FAKE: VITRINE_RUNNER=fake is set.' : '';
    io.err(`Vitrine serves ${library_path} at ${instance.url} (Ctrl-C ends it).${fake}\n`);
    if (library_refusal !== undefined) io.err(`Reading only. ${library_refusal.message}\n`);
    await ended.promise;
    io.err('Ending...\n');
  } finally {
    letGo();
  }
}

export function doctorCommand(contextOf: ContextOf): Command {
  return new Command('doctor')
    .description('the runtime, the execution providers and why others are not there, folders, versions')
    .option('--fresh', 'try every provider anew instead of remembering what was found')
    .action(async ({ fresh = false }: { fresh?: boolean }, command: Command) => {
      const context = contextOf(command);
      const report = await withCore(context, (core) => core.call('app.doctor', { fresh }));
      const facts = formatFacts({
        vitrine: report.version,
        node: report.node_version,
        platform: report.platform,
        'onnx runtime': report.onnxruntime_version ?? 'not found',
        runner: `${report.runner.kind}, ${report.runner.state}`,
        'runner memory': report.runner.memory_bytes === null ? null : formatBytes(report.runner.memory_bytes),
        library: report.library_path,
        data: report.data_path,
        log: report.log_path,
      });
      const rows = report.providers.map(({ name, usable, reason }) => [name, usable ? 'works' : 'no', reason ?? '']);
      context.answer(report, rows.length === 0 ? facts : `${facts}\n\n${formatTable([['PROVIDER', '', ''], ...rows])}`);
    });
}
