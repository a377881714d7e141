import { deflateRawSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { isInvalid, reportClaims } from '../../fixtures/action-claims.ts';
import { clear, forkChange, handOver, handOverArchive, measure, publicStage } from '../../fixtures/action-fork.ts';
import { createStage, type Stage, type StageChange } from '../../fixtures/action-stage.ts';
import { type ZipEntry, zipOf } from '../../fixtures/servers/github-archive.ts';

/** Bytes and archives that no Benchgate wrote, handed over by a stranger's run. */

const file = 'shard-1-of-1.bundle.jsonl';
let stage: Stage;
let change: StageChange;
let honest: string;
const reported = () => reportClaims(stage, change);

beforeAll(async () => {
  stage = await createStage(publicStage);
  change = await forkChange(stage, { 'src/cost': '120\n' });
  honest = (await measure(stage, change)).bundles[file] ?? '';
});
afterEach(async () => {
  expect(stage.github.violations).toEqual([]);
  expect(await stage.ledger()).toEqual([]);
  clear(stage);
});
afterAll(() => stage.close());

describe('a damaged bundle is INVALID', () => {
  const latin1 = Buffer.from([0x22, 0xff, 0xfe, 0x22]);
  it.each<[string, () => string | Uint8Array]>([
    ['an empty file', () => ''],
    ['no JSON', () => 'PK\n'],
    ['a duplicate key', () => honest.replace('"kind":"bundle"', '"kind":"bundle","kind":"bundle"')],
    ['__proto__ in the header', () => honest.replace('{"kind"', '{"__proto__":{"merge":null},"kind"')],
    ['__proto__ in metadata', () => honest.replaceAll('"metadata":{}', '"metadata":{"__proto__":{"metric":1}}')],
    ['constructor in metadata', () => honest.replaceAll('"metadata":{}', '"metadata":{"constructor":{"a":1}}')],
    ['NaN', () => honest.replaceAll('"metric":120', '"metric":NaN')],
    ['Infinity', () => honest.replaceAll('"metric":120', '"metric":Infinity')],
    ['1e999', () => honest.replaceAll('"metric":120', '"metric":1e999')],
    ['a number as a text', () => honest.replaceAll('"metric":120', '"metric":"1"')],
    ['a line of 10 MB', () => honest.replace('"message":null', `"message":"${'x'.repeat(10_000_000)}"`)],
    ['a header of 10 MB', () => honest.replace('"harness":"', `"harness":"${'x'.repeat(10_000_000)}`)],
    ['deep nesting', () => honest.replace('"metadata":{}', `"metadata":${'['.repeat(5000)}${']'.repeat(5000)}`)],
    ['what is not UTF-8', () => Buffer.concat([Buffer.from(honest), latin1, Buffer.from('\n')])],
    ['a cut end', () => honest.slice(0, -20)],
    ['a newer schema', () => honest.replace('"schema":1', '"schema":2')],
  ])('%s', async (_name, text) => {
    const content = text();
    expect(content).not.toBe(honest);
    handOver(stage, { [file]: content });
    const result = await reported();
    expect(result.outputs).toMatchObject(isInvalid);
  });
});

describe('a hostile archive is INVALID', () => {
  const bundleIn = (name: string, more: Partial<ZipEntry> = {}): ZipEntry => ({ name, bytes: honest, ...more });
  const bomb = deflateRawSync(Buffer.alloc(300 * 1024 * 1024), { level: 9 });
  it.each<[string, () => Uint8Array]>([
    ['a path that climbs', () => zipOf([bundleIn('../../x.bundle.jsonl')])],
    ['a path from the top', () => zipOf([bundleIn('/tmp/x.bundle.jsonl')])],
    ['a link', () => zipOf([bundleIn(file), { name: 'x.bundle.jsonl', bytes: '/etc/passwd', mode: 0o120777 }])],
    ['a bomb', () => zipOf([{ name: file, packed: bomb, claims: { size: 1000 } }])],
    ['an honest bomb', () => zipOf([{ name: file, packed: bomb, claims: { size: 300 * 1024 * 1024 } }])],
    ['2000 files', () => zipOf(Array.from({ length: 2000 }, (_, index) => bundleIn(`${index}.bundle.jsonl`)))],
    ['the same name twice', () => zipOf([bundleIn(file), bundleIn(file)])],
    ['nothing that is a zip', () => Buffer.from('PK\x05\x06 no archive')],
    ['a wrong checksum', () => zipOf([bundleIn(file, { claims: { checksum: 1 } })])],
  ])('%s', async (_name, archive) => {
    handOverArchive(stage, archive());
    const result = await reported();
    expect(result.outputs).toMatchObject(isInvalid);
  });

  it('beside an honest one, an artifact whose name collides', async () => {
    handOver(stage, { [file]: honest });
    handOver(stage, { [file]: honest.replaceAll('"metric":120', '"metric":1') }, 'benchgate-1 ');
    const result = await reported();
    expect(result.log).toContain('both shard 1/1');
    expect(result.outputs).toMatchObject(isInvalid);
  });
});
