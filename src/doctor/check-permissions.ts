import {
  type ActionUse,
  actionName,
  literalInput,
  measures,
  permissionsOf,
  servesStrangers,
  writableScopes,
  writesLedger,
} from './action-use.ts';
import { plainExpression } from './expression.ts';
import type { Finding } from './finding.ts';
import type { Level } from './workflow.ts';

interface Need {
  readonly scope: string;
  readonly level: 'read' | 'write';
  readonly why: string;
}

/** Permissions that a command lacks, and tokens that measured code could take. */
export function checkPermissions(use: ActionUse): readonly Finding[] {
  return [...missing(use), ...tokens(use), ...credentials(use)];
}

function missing(use: ActionUse): readonly Finding[] {
  if (hasOwnToken(use)) return [];
  const permissions = permissionsOf(use);
  return needsOf(use)
    .filter(({ scope, level }) => !covers(levelOf(use, scope), level))
    .map(({ scope, level, why }) => ({
      code: 'PERMISSION_MISSING',
      severity: level === 'read' && scope === 'contents' ? 'warning' : 'error',
      area: 'workflow',
      path: use.workflow.path,
      line: permissions?.line ?? use.job.line,
      message: `job ${JSON.stringify(use.job.id)} lacks \`${scope}: ${level}\`, without which it can’t ${why}`,
      nextStep: `add \`${scope}: ${level}\` to the job's \`permissions\``,
    }));
}

/** A token of the person's own, whose rights nobody can read here. */
function hasOwnToken({ step }: ActionUse): boolean {
  const token = plainExpression(step.with.get('github-token')?.text ?? 'github.token');
  return !token.includes('github.token') && !token.includes('secrets.github_token');
}

function needsOf(use: ActionUse): readonly Need[] {
  const { command, step, events } = use;
  if (command === null) return [];
  const needs: Need[] = [];
  const speaks = command === 'gate' || command === 'report' || command === 'nightly' || command === 'guard';
  const aboutPullRequest = events.some((event) => /^(pull_request|pull_request_target|workflow_run)$/.test(event));
  if (writesLedger(use) && !step.with.has('ledger-token')) {
    needs.push({ scope: 'contents', level: 'write', why: 'write the ledger' });
  } else needs.push({ scope: 'contents', level: 'read', why: 'read a private repository' });
  if (speaks && aboutPullRequest && literalInput(step, 'comment') !== 'never') {
    needs.push({ scope: 'pull-requests', level: 'write', why: 'comment (`comment: never` turns that off)' });
  }
  if (speaks && literalInput(step, 'check') !== 'false') {
    needs.push({ scope: 'checks', level: 'write', why: 'make a check (`check: false` turns that off)' });
  }
  if (command === 'report' && events.includes('workflow_run')) {
    needs.push({ scope: 'actions', level: 'read', why: 'download what the other run measured' });
  }
  return needs;
}

/** Of the token; where nothing is said, what new repositories have: reading of contents. */
function levelOf(use: ActionUse, scope: string): Level {
  const permissions = permissionsOf(use);
  if (permissions === null) return scope === 'contents' ? 'read' : 'none';
  return permissions.all ?? permissions.scopes.get(scope) ?? 'none';
}

function covers(has: Level, needed: 'read' | 'write'): boolean {
  return has === 'write' || has === needed;
}

/** Nightly and baseline runs of the repository's own code have to write; with strangers' code they are no better than others. */
function mayHoldToken(use: ActionUse): boolean {
  return (
    !measures(use) || ((use.command === 'nightly' || use.command === 'baseline establish') && !servesStrangers(use))
  );
}

function tokens(use: ActionUse): readonly Finding[] {
  if (mayHoldToken(use)) return [];
  const scopes = writableScopes(use);
  const harmful = scopes?.filter((scope) => scope !== 'id-token') ?? null;
  if (harmful !== null && harmful.length === 0) return [];
  const job = JSON.stringify(use.job.id);
  return [
    {
      code: 'TOKEN_CAN_WRITE',
      severity: servesStrangers(use) ? 'warning' : 'note',
      area: 'workflow',
      path: use.workflow.path,
      line: permissionsOf(use)?.line ?? use.job.line,
      message:
        harmful === null
          ? `job ${job} measures and says nothing about \`permissions\`: the repository's default may let its token write`
          : `job ${job} measures with a token that can write (${harmful.join(', ')}); measured code may find it`,
      nextStep:
        'measure by `command: run` in a job with `contents: read` alone, and publish by `command: report` in another',
    },
  ];
}

function credentials(use: ActionUse): readonly Finding[] {
  if (!measures(use)) return [];
  return use.job.steps
    .filter((step) => actionName(step) === 'actions/checkout')
    .filter((step) => literalInput(step, 'persist-credentials') !== 'false')
    .map((step) => ({
      code: 'CREDENTIALS_PERSIST',
      severity: servesStrangers(use) ? 'warning' : 'note',
      area: 'workflow',
      path: use.workflow.path,
      line: step.uses?.line ?? step.line,
      message: 'actions/checkout leaves the token on the disk of the machine that measures',
      nextStep: 'give it `with: {persist-credentials: false}`; Benchgate fetches with a token of its own',
    }));
}
