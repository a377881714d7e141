import { createGit } from '../../adapters/git/git-command.ts';
import { doctor } from '../../app/doctor.ts';
import type { Finding, Severity } from '../../doctor/finding.ts';
import { count } from '../../domain/quantity.ts';
import { plainLine } from '../../report/plain-text.ts';
import type { CommandContext, CommandResult } from '../command.ts';

async function gitVersion(): Promise<string> {
  const { stdout } = await createGit({ environment: process.env }).run(['--version']);
  return stdout.toString().trim();
}

/** `benchgate doctor`; exit 0 without errors, else 64 (workflows, manifest), 65 (ledger) or 69 (this machine). */
export async function doctorCommand(context: CommandContext): Promise<CommandResult> {
  const { findings, exitCode } = await doctor(context.world, {
    project: context.project,
    action: context.text('action'),
    gitVersion,
  });
  const of = (severity: Severity) => findings.filter((finding) => finding.severity === severity).length;
  const counts = { errors: of('error'), warnings: of('warning'), notes: of('note') };
  const summary = `${count(counts.errors, 'error')}, ${count(counts.warnings, 'warning')}, ${count(counts.notes, 'note')}`;
  const text = `${[...findings.map(lines), summary].join('\n')}\n`;
  return { exitCode, json: { ...counts, findings }, text };
}

function lines({ severity, path, line, code, message, nextStep }: Finding): string {
  const place = plainLine(path) + (line === null ? '' : `:${line}`);
  const next = nextStep === '' ? '' : `\n  next: ${plainLine(nextStep)}`;
  return `${severity} ${place}: ${plainLine(message)} [${code}]${next}`;
}
