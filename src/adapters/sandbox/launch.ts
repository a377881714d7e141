import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { send } from './processes.ts';

/** A program with its arguments; nothing of Benchgate's environment goes with it. */
export interface Launch {
  readonly file: string;
  readonly args: readonly string[];
}

/** A sandbox whose first process waits for orders. */
export interface Running {
  /** Number of the sandbox's first process, as seen from outside. */
  readonly pid: number;
  /** True when it was killed from outside, for want of memory for example. */
  readonly isGone: () => boolean;
  /** Has the command run once. */
  readonly order: () => void;
  /** Next line of an answer; null when the sandbox is gone. One caller at a time. */
  readonly answer: () => Promise<string | null>;
  /** Kills everything in it and resolves when the kernel has removed the last process. */
  readonly kill: () => Promise<void>;
  /** Lets it end by itself. */
  readonly release: () => Promise<void>;
}

export type Launched =
  | { readonly ok: true; readonly running: Running }
  | { readonly ok: false; readonly detail: string };

/** Far more than any start takes; a sudo that asks for a password must not hang the run. */
const startMilliseconds = 20_000;
const stderrLimit = 4000;

/** Descriptor on which bwrap tells the process number; it is 3 also for a launch through sudo, which redirects it. */
const infoDescriptor = 3;
/** Descriptor from which bwrap copies the shell. */
const shellDescriptor = 4;

interface Lines {
  readonly push: (line: string) => void;
  readonly end: () => void;
  readonly next: () => Promise<string | null>;
}

function lineQueue(): Lines {
  const waiting: string[] = [];
  let ended = false;
  let wake: ((line: string | null) => void) | null = null;
  return {
    push: (line) => {
      if (wake === null) waiting.push(line);
      else wake(line);
      wake = null;
    },
    end: () => {
      ended = true;
      wake?.(null);
      wake = null;
    },
    next: () => {
      const line = waiting.shift();
      if (line !== undefined) return Promise.resolve(line);
      if (ended) return Promise.resolve(null);
      return new Promise((resolve) => {
        wake = resolve;
      });
    },
  };
}

function spawnSandbox(launch: Launch): ChildProcess {
  const shell = openSync('/bin/sh', 'r');
  try {
    const stdio = ['pipe', 'pipe', 'pipe'] as const;
    const descriptors = [...stdio, 'pipe' as const, shell];
    // Length and order are what the two constants above say.
    return spawn(launch.file, [...launch.args], {
      cwd: '/',
      env: {},
      stdio: descriptors.slice(0, shellDescriptor + 1),
    });
  } finally {
    closeSync(shell);
  }
}

/** Starts a sandbox and waits until its supervisor is ready. Never rejects. */
export async function start(launch: Launch): Promise<Launched> {
  let child: ChildProcess;
  try {
    child = spawnSandbox(launch);
  } catch (error) {
    return { ok: false, detail: error instanceof Error ? error.message : String(error) };
  }
  return await new Promise((resolve) => {
    const lines = lineQueue();
    let pid: number | null = null;
    let ready = false;
    let header = '';
    let partial = '';
    let complaint = '';
    let gone = false;
    const exited = new Promise<void>((done) => {
      const finish = (detail: string): void => {
        gone = true;
        clearTimeout(timer);
        lines.end();
        resolve({ ok: false, detail });
        done();
      };
      child.once('error', (error) => finish(error.message));
      child.once('close', (code, signal) => finish(complaint.trim() || `ended with ${signal ?? `status ${code}`}`));
    });
    const kill = async (): Promise<void> => {
      if (!gone) {
        if (pid !== null) send(pid, 'SIGKILL');
        // bwrap would go with its child; through sudo it is not ours to kill.
        if (pid === null) child.kill('SIGKILL');
      }
      await exited;
    };
    const timer = setTimeout(() => {
      complaint ||= 'no answer';
      child.kill('SIGKILL');
      resolve({ ok: false, detail: complaint });
    }, startMilliseconds);
    const readyNow = (): void => {
      if (!ready || pid === null) return;
      clearTimeout(timer);
      const order = (): void => void child.stdin?.write('\n');
      const release = async (): Promise<void> => {
        child.stdin?.end();
        await exited;
      };
      resolve({ ok: true, running: { pid, isGone: () => gone, order, answer: lines.next, kill, release } });
    };
    const readHeader = (text: string): void => {
      header += text;
      const found = /"child-pid": *(\d+)/.exec(header)?.[1];
      if (pid === null && found !== undefined) pid = Number(found);
      readyNow();
    };
    child.stdin?.on('error', () => {});
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      const pieces = (partial + text).split('\n');
      partial = pieces.pop() ?? '';
      for (const line of pieces) {
        if (ready) lines.push(line);
        else if (line === 'ready') ready = true;
        else readHeader(line);
      }
      readyNow();
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      complaint = (complaint + text).slice(0, stderrLimit);
    });
    const info = child.stdio[infoDescriptor];
    if (info !== null && info !== undefined && 'read' in info) {
      info.setEncoding('utf8').on('data', readHeader);
      info.on('error', () => {});
    }
  });
}
