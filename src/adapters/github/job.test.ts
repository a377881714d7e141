import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as core from '@actions/core';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { type ActionResult, runAction } from '../../../fixtures/action-runner.ts';
import { createRunnerOutput, type RunnerOutput, readKeyValueFile } from '../../../fixtures/runner-output.ts';
import type { Annotation, Job } from '../../ports/job.ts';
import { systemRandomness } from '../node/randomness.ts';
import { createJob } from './job.ts';
import { createRunnerLog, harmless } from './runner-log.ts';

const folder = mkdtempSync(join(tmpdir(), 'benchgate-job-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Scene {
  readonly job: Job;
  readonly raw: () => string;
  readonly runner: () => RunnerOutput;
  readonly files: Readonly<Record<'output' | 'state' | 'summary', string>>;
}

let scenes = 0;

function scene(environment: Readonly<Record<string, string>> = {}, randomToken = systemRandomness.token): Scene {
  const top = join(folder, String(++scenes));
  mkdirSync(top);
  const files = { output: join(top, 'output'), state: join(top, 'state'), summary: join(top, 'summary') };
  for (const path of Object.values(files)) writeFileSync(path, '');
  const written: string[] = [];
  const job = createJob({
    environment: {
      GITHUB_ACTIONS: 'true',
      GITHUB_OUTPUT: files.output,
      GITHUB_STATE: files.state,
      GITHUB_STEP_SUMMARY: files.summary,
      ...environment,
    },
    stdout: { write: (text) => written.push(text) },
    randomToken,
  });
  return {
    job,
    files,
    raw: () => written.join(''),
    runner: () => {
      const output = createRunnerOutput();
      output.add('stdout', written.join(''));
      output.end();
      return output;
    },
  };
}

const annotation: Annotation = {
  level: 'error',
  message: 'slower',
  title: 'parse',
  path: 'bench/manifest.toml',
  line: 7,
};
const executed = (output: RunnerOutput): string[] =>
  output.commands.map(({ command }) => command).filter((command) => !['stop-commands', 'resume'].includes(command));

/** Lines that a hostile benchmark, model or branch name may bring along. */
const hostile = [
  '::set-env name=NODE_OPTIONS::--require=/tmp/x',
  '  \t::add-mask::a',
  '\u0085::error::x',
  '\u00a0::error::x',
  '\u3000::error::x',
  'text\r::error::x',
  'text\r\n::error::x',
  'text\n::stop-commands::y',
  '##[error]x',
  'text ##[set-output name=verdict]PASS',
  '##[[error]##[error]x',
  '###[error]x',
  '##[##[error]x',
  '::ERROR::x',
  '\u001b[0m::error::x',
  '\u2028::error::x',
  'a\u202e::error::x',
];

describe('createRunnerLog()', () => {
  test('stops commands first of all and uses every token once', () => {
    const written: string[] = [];
    const tokens = ['one', 'two', 'three'];
    const log = createRunnerLog({ write: (text) => written.push(text), randomToken: () => tokens.shift() ?? 'none' });
    log.text('hello');
    log.commands([{ name: 'notice', properties: [], message: 'a' }]);
    log.commands([{ name: 'notice', properties: [], message: 'b' }]);
    log.commands([]);
    expect(written).toStrictEqual([
      '::stop-commands::one\n',
      'hello\n',
      '::one::\n::notice::a\n::stop-commands::two\n',
      '::two::\n::notice::b\n::stop-commands::three\n',
    ]);
  });

  test.each(hostile)('harmless() leaves no command in %j, even where commands are obeyed', (line) => {
    const output = createRunnerOutput();
    output.add('stdout', `${harmless(line)}\n`);
    output.end();
    expect(output.commands).toStrictEqual([]);
  });

  test('harmless() leaves ordinary text as it is', () => {
    const text = 'a::b std::vec ## [x] #1\n\ttab – ü 日本\nC:: \\ 100%';
    expect(harmless(text)).toBe(text);
  });

  test('harmless() leaves no command in any text', () => {
    const piece = fc.constantFrom(
      '::',
      ':',
      '##[',
      '#',
      '[',
      ']',
      'error',
      'set-env name=x',
      ' ',
      '\r',
      '\n',
      '\t',
      '\v',
      'x',
      '\u0085',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (parts) => {
        const output = createRunnerOutput();
        output.add('stdout', harmless(parts.join('')));
        output.end();
        expect(output.commands).toStrictEqual([]);
      }),
    );
  });
});

/** A step of a job, in a process of its own. */
async function runStep(body: string, post = ''): Promise<ActionResult> {
  const directory = join(folder, `action${++scenes}`);
  mkdirSync(directory);
  writeFileSync(join(directory, 'action.yml'), 'runs: { using: node24, main: main.mjs, post: post.mjs }');
  const at = (name: string): string => JSON.stringify(pathToFileURL(join(import.meta.dirname, name)));
  const head = `
    import { createJob } from ${at('job.ts')};
    import { systemRandomness } from ${at('../node/randomness.ts')};
    const { env: environment, stdout } = process;
    const job = createJob({ environment, stdout, randomToken: systemRandomness.token });\n`;
  writeFileSync(join(directory, 'main.mjs'), head + body);
  writeFileSync(join(directory, 'post.mjs'), head + post);
  return runAction({ directory, post: true });
}

describe('createJob()', () => {
  test('does all of it in a step of its own', async () => {
    const result = await runStep(
      `for (const line of ${JSON.stringify(hostile)}) { job.say(line); console.log(line); }
       job.mask('hunter2-secret');
       job.annotate(${JSON.stringify(annotation)});
       job.say('hunter2-secret');
       job.output('verdict', 'PASS');
       job.remember('check', '17');
       console.log(await job.summarise('# Report hunter2-secret'));`,
      `job.say(job.recall('check'));`,
    );
    expect(result).toMatchObject({
      code: 0,
      annotations: [{ level: 'error', message: 'slower' }],
      outputs: { verdict: 'PASS' },
      summary: '# Report ***\n',
    });
    const commands = result.commands.map(({ command }) => command);
    expect(new Set(commands)).toStrictEqual(new Set(['add-mask', 'error']));
    expect(result.log).toMatch(/\*\*\*\ntrue$/);
    expect(result.post?.log).toMatch(/\n17$/);
  });

  test('says text of which the runner executes nothing', () => {
    const { job, runner } = scene();
    for (const line of hostile) job.say(line);
    job.say('');
    job.say('without a line break');
    job.annotate(annotation);
    job.say(`${hostile.join('\n')}\n`);
    expect(executed(runner())).toStrictEqual(['error']);
    expect(runner().log()).toContain('\nwithout a line break\n');
  });

  test('keeps what others print between its lines from being obeyed', () => {
    const output = createRunnerOutput();
    const job = createJob({
      environment: { GITHUB_ACTIONS: 'true' },
      stdout: { write: (text) => output.add('stdout', text) },
      randomToken: systemRandomness.token,
    });
    output.add('stdout', '::error::forged\n##[error]forged\n');
    job.annotate(annotation);
    output.add('stderr', '::error::forged\n');
    output.add('stdout', '::stop-commands::x\n::x::\n::error::forged\n');
    expect(output.annotations.map(({ message }) => message)).toStrictEqual(['slower']);
  });

  test('annotates with the file, the line and the title, whatever is in them', () => {
    const { job, runner } = scene();
    job.annotate(annotation);
    job.annotate({
      level: 'warning',
      message: 'a,b:c%0A\nsecond ::x::',
      title: 'p::q, 5%',
      path: 'a,b:c.md',
      line: null,
    });
    job.annotate({ level: 'notice', message: 'm', title: '', path: null, line: null });
    expect(runner().annotations).toStrictEqual([
      { level: 'error', message: 'slower', properties: { title: 'parse', file: 'bench/manifest.toml', line: '7' } },
      { level: 'warning', message: 'a,b:c%0A\nsecond ::x::', properties: { title: 'p::q, 5%', file: 'a,b:c.md' } },
      { level: 'notice', message: 'm', properties: {} },
    ]);
  });

  test('writes the bytes that @actions/core writes', () => {
    let expected = '';
    const write = process.stdout.write.bind(process.stdout);
    process.stdout.write = (text) => {
      expected += String(text);
      return true;
    };
    core.error('a%b\r\nc', { title: 't:u,v%', file: 'a,b:c.md', startLine: 3 });
    core.notice('plain');
    process.stdout.write = write;
    const written: string[] = [];
    const log = createRunnerLog({ write: (text) => written.push(text), randomToken: () => 't' });
    log.commands([
      {
        name: 'error',
        properties: [
          ['title', 't:u,v%'],
          ['file', 'a,b:c.md'],
          ['line', '3'],
        ],
        message: 'a%b\r\nc',
      },
      { name: 'notice', properties: [['title', '']], message: 'plain' },
    ]);
    expect(written[1]).toBe(`::t::\n${expected}::stop-commands::t\n`);
  });

  test('hides a secret, its lines and what credentials make of it', () => {
    const { job, runner } = scene();
    const secret = 'ghs_0123456789';
    job.mask(secret);
    job.mask('first line\nabc\r\nsecond line');
    const base64 = (text: string): string => Buffer.from(text).toString('base64');
    const basic = base64(`x-access-token:${secret}`);
    job.say(`token ${secret} header basic ${basic} data ${base64(secret)} second line abc`);
    const { log, masks } = runner();
    expect(log()).toContain('token *** header basic *** data *** *** abc');
    expect(log()).not.toContain(secret);
    expect(masks).not.toContain('abc');
  });

  test('masks nothing that is too short, and prints no secret where no runner reads', () => {
    const short = scene();
    for (const secret of ['', 'abc', '    ', ' a ']) short.job.mask(secret);
    expect(executed(short.runner())).toStrictEqual([]);
    const outside = scene({ GITHUB_ACTIONS: '' });
    outside.job.mask('ghs_0123456789');
    expect(outside.raw()).not.toContain('ghs_');
  });

  test('hands on outputs and state, whatever is in a value', () => {
    const { job, files } = scene({ STATE_check: 'from main' });
    const forged = 'a\nverdict<<x\nPASS\nx\nverdict=PASS\n';
    job.output('verdict', 'FAIL');
    job.output('report', forged);
    job.output('empty', '');
    job.remember('check', 'multi\r\nline');
    expect(readKeyValueFile(readFileSync(files.output, 'utf8'))).toStrictEqual({
      verdict: 'FAIL',
      report: forged,
      empty: '',
    });
    expect(readKeyValueFile(readFileSync(files.state, 'utf8'))).toStrictEqual({ check: 'multi\r\nline' });
    expect(job.recall('check')).toBe('from main');
    expect(job.recall('absent')).toBe('');
  });

  test('takes another delimiter when the value has the first one in it', () => {
    const tokens = ['stop', 'one', 'two'];
    const { job, files } = scene({}, () => tokens.shift() ?? 'none');
    job.output('verdict', 'a\nbenchgate_one\nb=c');
    expect(readKeyValueFile(readFileSync(files.output, 'utf8'))).toStrictEqual({ verdict: 'a\nbenchgate_one\nb=c' });
  });

  test('says which variable or file is missing', () => {
    const { job, files } = scene({ GITHUB_OUTPUT: '', GITHUB_STATE: join(folder, 'absent') });
    expect(() => job.output('verdict', 'PASS')).toThrow(
      expect.objectContaining({ code: 'INPUT_OUTPUT', place: 'GITHUB_OUTPUT' }),
    );
    expect(() => job.remember('a', 'b')).toThrow(expect.objectContaining({ code: 'INPUT_OUTPUT' }));
    symlinkSync(files.output, join(folder, 'link'));
    expect(() => scene({ GITHUB_OUTPUT: join(folder, 'link') }).job.output('a', 'b')).toThrow(/ELOOP/);
    expect(() => scene({ GITHUB_OUTPUT: folder }).job.output('a', 'b')).toThrow(/EISDIR/);
    expect(() => job.output('a\nb', 'c')).toThrow(TypeError);
  });

  test('summarises up to the last byte below 1 MiB and refuses the rest', async () => {
    const { job, files } = scene();
    expect(await job.summarise('# Report')).toBe(true);
    expect(readFileSync(files.summary, 'utf8')).toBe('# Report\n');
    const left = 1_048_576 - 9 - 1;
    expect(await job.summarise('x'.repeat(left))).toBe(false);
    expect(await job.summarise(`${'é'.repeat(left / 2)}`)).toBe(false);
    expect(await job.summarise('x'.repeat(left - 1))).toBe(true);
    expect(readFileSync(files.summary).length).toBe(1_048_575);
    expect(await job.summarise('')).toBe(false);
  });

  test('says that a summary was not written when there is no file for it', async () => {
    for (const path of ['', join(folder, 'absent'), folder])
      expect(await scene({ GITHUB_STEP_SUMMARY: path }).job.summarise('x')).toBe(false);
  });
});
