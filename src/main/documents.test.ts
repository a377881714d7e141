import { readFileSync } from 'node:fs';
import { afterEach, expect, it } from 'vitest';
import { type CliProject, createCliProject } from '../../fixtures/cli-project.ts';
import { commands } from './commands.ts';

const text = (name: string) => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8');
const readme = text('README.md');

let project: CliProject | null = null;
afterEach(() => project?.remove());

const open = async (files: Readonly<Record<string, string>> = {}) => {
  project = await createCliProject(files);
  return project;
};

/** Shell blocks of a document as lists of commands. */
const shellBlocks = (document: string) =>
  [...document.matchAll(/```sh\n([^]*?)```/g)].map((match) => (match[1] ?? '').trim().split('\n'));

it('the README shows exactly the commands that these tests run', () => {
  expect(shellBlocks(readme)).toEqual([
    ['node dist/cli.js demo'],
    ['benchgate init "node bench/bench.js"', 'benchgate gate'],
    ['benchgate init --github'],
    ['npm cit'],
  ]);
});

it('the README’s demo ends as the README says', async () => {
  const { directory, cli } = await open();
  const { exitCode, stdout } = await cli(['demo'], { cwd: directory });
  expect(stdout.trim().split('\n').at(-1)).toBe('demo: all three as expected');
  expect(exitCode).toBe(0);
});

it('the README’s two commands lead to a verdict', async () => {
  const { cli, commit } = await open({ 'bench/bench.js': 'let x = 0; for (let i = 0; i < 3e6; i++) x += i;\n' });
  const init = await cli(['init', 'node bench/bench.js']);
  expect(init.exitCode).toBe(0);
  await commit();
  const first = await cli(['gate', '--ledger-remote', 'none']);
  expect(first.exitCode).toBe(2);
  expect(first.stdout).toContain('NO_BASELINE');
  await commit({ 'other.txt': 'x' });
  const second = await cli(['gate', '--ledger-remote', 'none', '--repetitions', '2']);
  expect(second.stdout).toContain('NEEDS_MORE_DATA');
  expect(second.exitCode).toBe(2);
});

it('the README’s manifest is valid and has fifteen lines of keys or fewer', async () => {
  const manifest = /<!-- manifest-example -->\n```toml\n([^]*?)```/.exec(readme)?.[1] ?? '';
  expect(manifest.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#')).length).toBeLessThanOrEqual(
    15,
  );
  const { cli, commit } = await open({ 'bench/manifest.toml': manifest });
  await commit();
  const listed = await cli(['list', '--ledger-remote', 'none']);
  expect(listed.stderr).toBe('');
  expect(listed.exitCode).toBe(0);
  expect(listed.stdout).toMatch(/startup +performance +paired/);
  expect(listed.stdout).toMatch(/render +correctness +reference/);
});

it('the README’s table names every command', () => {
  const rows = readme.split('\n').filter((line) => line.startsWith('| `benchgate '));
  for (const { name } of commands) {
    const [first = '', second] = name.split(' ');
    const listed = rows.some((row) => row.includes(`benchgate ${name}`) || row.includes(`· \`${second ?? first}\``));
    expect(listed, name).toBe(true);
  }
});

it.each(commands.map((command) => [command.name, command] as const))(
  '%s --help shows usage, every option and the exit codes',
  async (name, command) => {
    const { cli } = await open();
    const { exitCode, stdout } = await cli([...name.split(' '), '--help']);
    expect(exitCode).toBe(0);
    expect(stdout).toContain(`benchgate ${name}`);
    for (const option of command.options) expect(stdout).toContain(`--${option.name}`);
    for (const [example] of command.examples) expect(stdout).toContain(example);
    expect(stdout).toContain('Exit codes');
  },
);

it('the overview lists every command', async () => {
  const { cli } = await open();
  const { exitCode, stdout } = await cli(['--help']);
  expect(exitCode).toBe(0);
  for (const { name, summary } of commands)
    expect(stdout).toMatch(new RegExp(`${name} +${summary.replaceAll(/[()|[\]?]/g, '.')}`));
});

it('the line protocol’s example answers as the README of the protocol says', async () => {
  const { cli } = await open();
  const request = /echo '(\{.*\})' \| benchgate stats/.exec(text('docs/line-protocol.md'))?.[1] ?? '';
  const { exitCode, stdout } = await cli(['stats'], {
    input: `${request}\nnot json\n\n{"id":2,"stat":"holm","p":[0.01,0.04,0.03,0.005]}\n`,
  });
  expect(exitCode).toBe(0);
  const [first, second, third, none] = stdout.split('\n');
  expect(JSON.parse(first ?? '')).toMatchObject({
    id: 1,
    e: expect.closeTo(3.249228, 6),
    max_e: expect.closeTo(4.424727, 6),
  });
  expect(JSON.parse(second ?? '')).toMatchObject({ error: { code: 'NOT_JSON' } });
  expect(JSON.parse(third ?? '')).toMatchObject({ id: 2, adjusted: [0.03, 0.06, 0.06, 0.02] });
  expect(none).toBe('');
});

it('the manifest document names every key of the schema', () => {
  const schema = JSON.parse(text('dist/assets/manifest.schema.json')) as {
    properties: Record<string, { properties?: object; items?: { properties: object } }>;
  };
  const document = text('docs/manifest.md');
  for (const table of Object.values(schema.properties)) {
    for (const key of Object.keys(table.items?.properties ?? table.properties ?? {})) expect(document).toContain(key);
  }
});
