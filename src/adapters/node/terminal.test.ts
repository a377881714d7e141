import { describe, expect, it } from 'vitest';
import type { Progress, Terminal } from '../../ports/terminal.ts';
import { systemClock } from './clock.ts';
import { readMachine } from './machine.ts';
import { createProgress, printable } from './progress.ts';
import { systemRandomness } from './randomness.ts';
import { sha256 } from './sha256.ts';
import { createTerminal } from './terminal.ts';

interface Recorder {
  readonly progress: Progress;
  readonly written: string[];
  readonly wait: (seconds: number) => void;
}

function recorder(interactive: boolean): Recorder {
  const written: string[] = [];
  let now = 0;
  const terminal: Terminal = {
    out: () => undefined,
    error: (text) => void written.push(text),
    interactive,
    columns: 20,
  };
  const clock = { now: () => '', monotonicSeconds: () => now };
  return {
    progress: createProgress({ terminal, clock }),
    written,
    wait: (seconds) => {
      now += seconds;
    },
  };
}

const escape = String.fromCharCode(27);
const clear = `\r${escape}[2K`;

describe('progress', () => {
  it('rewrites one line on a terminal, cut to its width, and redraws it under notes', () => {
    const { progress, written } = recorder(true);
    progress.step('pair 1');
    progress.step('a text that is longer than the line');
    progress.note('kept');
    progress.done();
    progress.done();
    progress.note('after');
    const cut = `${clear}a text that is lon…`;
    expect(written).toEqual([`${clear}pair 1`, cut, `${clear}kept\n`, cut, clear, `${clear}after\n`]);
  });

  it('writes lines elsewhere, repeated ones at most every five seconds', () => {
    const { progress, written, wait } = recorder(false);
    for (let at = 1; at <= 12; at++) {
      progress.step(`baseline ${at} of 12`);
      progress.step(`candidate ${at} of 12`);
      wait(1);
    }
    progress.step('judging');
    progress.note('two\nlines');
    progress.done();
    progress.step('judging');
    const pairs = [1, 6, 11].flatMap((at) => [`baseline ${at} of 12\n`, `candidate ${at} of 12\n`]);
    expect(written).toEqual([...pairs, 'judging\n', 'two\nlines\n', 'judging\n']);
  });

  it.each([
    [`${escape}[31mred${String.fromCharCode(7)}`, '\\x1b[31mred\\x07'],
    [`a\rb\tc${String.fromCharCode(0x9b)}d${String.fromCharCode(0x7f)}`, 'a\\x0db  c\\x9bd\\x7f'],
    ['a\r\nb', 'a\nb'],
    [`x${String.fromCharCode(0x202e)}y`, 'x\\u202ey'],
    ['::error::no\n  ::stop-commands::x', '\\::error::no\n  \\::stop-commands::x'],
    ['a::b ##[group]', 'a::b #\\#[group]'],
    ['grüße 日本', 'grüße 日本'],
  ])('prints %j harmlessly', (text, expected) => {
    expect(printable(text)).toBe(expected);
  });

  it('keeps a step on one line', () => {
    const { progress, written } = recorder(false);
    progress.step('a\n::error::b');
    expect(written).toEqual(['a \\::error::b\n']);
  });
});

describe('terminal', () => {
  const stream = (isTTY: boolean, columns = 0) => {
    const listeners: ((error: Error) => void)[] = [];
    const written: string[] = [];
    const on = (_event: 'error', listener: (error: Error) => void): unknown => listeners.push(listener);
    const write = (text: string): unknown => written.push(text);
    return { isTTY, ...(columns === 0 ? {} : { columns }), write, on, written, listeners };
  };

  it.each([
    [true, {}, true],
    [false, {}, false],
    [true, { CI: 'true' }, false],
    [true, { CI: 'false' }, true],
    [true, { TERM: 'dumb' }, false],
  ])('stderr tty %j with %j is interactive: %j', (isTTY, environment, expected) => {
    expect(createTerminal({ stdout: stream(false), stderr: stream(isTTY), environment }).interactive).toBe(expected);
  });

  it('keeps streams apart, knows the width, survives a reader that left', () => {
    const [stdout, stderr] = [stream(false), stream(true, 120)];
    const terminal = createTerminal({ stdout, stderr, environment: {} });
    terminal.out('o');
    terminal.error('e');
    expect([stdout.written, stderr.written, terminal.columns]).toEqual([['o'], ['e'], 120]);
    stdout.listeners[0]?.(Object.assign(new Error('gone'), { code: 'EPIPE' }));
    expect(() => stdout.listeners[0]?.(new Error('other'))).toThrow('other');
    expect(createTerminal({ stdout, stderr: stream(false), environment: {} }).columns).toBe(80);
  });
});

it('the machine has what a host class needs', () => {
  const { host, environment, homeDirectory } = readMachine();
  expect([host.cpuModel, host.name, homeDirectory].every((text) => text.length > 0)).toBe(true);
  expect([host.cpuCount >= 1, host.memoryBytes > 0, host.nodeVersion]).toEqual([true, true, process.version]);
  expect(environment['PATH']).toBe(process.env['PATH']);
});

it('clock, randomness and digest', () => {
  expect(systemClock.now()).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  expect(systemClock.monotonicSeconds()).toBeLessThanOrEqual(systemClock.monotonicSeconds());
  const seeds = Array.from({ length: 2000 }, systemRandomness.metaSeed);
  expect(seeds.every((seed) => seed >= 0n && seed < 2n ** 63n)).toBe(true);
  // Every bit is about as often one as zero: 160 is seven standard deviations of 2000 draws.
  for (let bit = 0n; bit < 63n; bit++) {
    const ones = seeds.filter((seed) => ((seed >> bit) & 1n) === 1n).length;
    expect(Math.abs(ones - 1000)).toBeLessThan(160);
  }
  expect(systemRandomness.token()).toMatch(/^[0-9a-f]{32}$/);
  expect(sha256('grüße')).toBe(sha256(new TextEncoder().encode('grüße')));
  expect(sha256('')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
});
