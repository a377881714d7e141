// Large histories for scripts/bench.mjs: the same number of rows as a Benchgate ledger and as a benchstone store.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { encodeRun } from '../dist/benchgate.js';

const hex = (text, length) => createHash('sha256').update(text).digest('hex').slice(0, length);
const rowsPerRun = 50;

function line({ head, tree, runKey, month, purpose, position, metric }) {
  return {
    kind: 'record',
    experiment: 'trivial',
    tier: 'performance',
    policy: 'sigma',
    rule: `sha256:${hex('rule', 64)}`,
    corpus: null,
    suite: null,
    provenance: {
      runKey,
      startedAt: `${month}-01T00:00:00.000Z`,
      harness: '0.0.0',
      planDigest: `sha256:${hex('plan', 64)}`,
      familySize: 0,
      shard: { index: 0, count: 1 },
      project: 'speed',
      head,
      tree,
      base: null,
      baseTree: null,
      merge: null,
      refClass: 'local',
      dirty: false,
      diff: null,
      manifest: `sha256:${hex('manifest', 64)}`,
      host: { class: 'bench', name: 'bench', memoryBytes: 1, node: 'v24' },
      isolation: { level: 'none', detail: 'made up' },
    },
    purpose,
    arm: 'candidate',
    block: position,
    order: position,
    plannedBlocks: rowsPerRun,
    seed: position,
    metaSeed: purpose === 'baseline' ? null : '42',
    observation: {
      status: 'ok',
      metric,
      samples: null,
      artifactHash: null,
      components: null,
      metadata: {},
      message: null,
      wallSeconds: 0.1,
    },
  };
}

function runText(run) {
  return encodeRun(
    Array.from({ length: rowsPerRun }, (_, position) => line({ ...run, position, metric: 1 + (position % 7) / 100 })),
  );
}

/** A ledger with `rows` rows in runs of 50: one baseline and one candidate run at the head, all others of other trees. */
export async function buildHistory({ directory, head, tree, rows, env }) {
  execFileSync('git', ['init', '--quiet', '--bare', directory], { env });
  const months = Array.from(
    { length: 24 },
    (_, index) => `${2025 + Math.floor(index / 12)}-${String((index % 12) + 1).padStart(2, '0')}`,
  );
  const stream = [];
  const commit = (sequence, runKey, files) => {
    stream.push(
      `commit refs/heads/bench-data\ncommitter b <b@localhost> ${1_700_000_000 + sequence} +0000\ndata <<END\nrun\n\nBenchgate-Sequence: ${sequence}\nBenchgate-Run: ${runKey}\nEND\n`,
    );
    for (const [path, text] of files)
      stream.push(`M 100644 inline ${path}\ndata ${Buffer.byteLength(text)}\n${text}\n`);
    stream.push('\n');
  };
  const path = (month, runTree, sequence, runHead, runKey) =>
    `runs/${month}/${runTree.slice(0, 12)}/${String(sequence).padStart(8, '0')}-${runHead.slice(0, 12)}-${runKey}.jsonl`;
  const event = {
    kind: 'event',
    event: 'baseline_set',
    schema: 1,
    index: 0,
    count: 1,
    at: '2026-12-01T00:00:00.000Z',
    harness: '0.0.0',
    project: 'speed',
    experiment: 'trivial',
    actor: null,
    how: 'establish',
    head,
    tree,
    metaSeed: null,
    notes: null,
    verdict: null,
    forced: false,
    reason: null,
  };
  const total = Math.max(2, Math.floor(rows / rowsPerRun));
  for (let sequence = 1; sequence <= total; sequence++) {
    const last = sequence > total - 2;
    const runKey = hex(`run ${sequence}`, 32);
    const month = months[Math.min(23, Math.floor(((sequence - 1) * 24) / total))];
    const runTree = last ? tree : hex(`tree ${sequence}`, 40);
    const runHead = last ? head : hex(`head ${sequence}`, 40);
    const purpose = sequence === total - 1 ? 'baseline' : 'fresh';
    const files = [
      [
        path(month, runTree, sequence, runHead, runKey),
        runText({ head: runHead, tree: runTree, runKey, month, purpose }),
      ],
    ];
    if (sequence === 1) files.push(['ledger.json', '{"format":"benchgate-ledger","schema":1}\n']);
    if (sequence === total - 1)
      files.push([
        `events/${hex(JSON.stringify(['speed', 'trivial']), 16)}/${String(sequence).padStart(8, '0')}-${runKey}.jsonl`,
        `${JSON.stringify(event)}\n`,
      ]);
    commit(sequence, runKey, files);
  }
  execFileSync('git', ['fast-import', '--quiet'], { cwd: directory, env, input: stream.join(''), maxBuffer: 1 << 30 });
}

/** The same in benchstone's store, through the table that its first run made. */
export function fillBenchstone({ home, head, rows }) {
  const script = `
import sqlite3, sys
home, head, rows = sys.argv[1], sys.argv[2], int(sys.argv[3])
db = sqlite3.connect(home + '/store.db')
db.execute('delete from runs')
def row(sha, meta, index): return ('speed', 'trivial', sha, 0, '2026-01-01T00:00:00Z', '0', 'h', index, meta, index, 'ok', 1 + (index % 7) / 100, 0.1)
data = [row('%040x' % (i // 50), 42, i % 50) for i in range(rows - 100)] + [row(head, None, i) for i in range(50)] + [row(head, 42, i) for i in range(50)]
db.executemany('insert into runs (project,benchmark,git_sha,git_dirty,timestamp,harness_version,host,seed,meta_seed,repetition_index,status,metric,wall_clock_seconds) values (?,?,?,?,?,?,?,?,?,?,?,?,?)', data)
db.execute('insert or replace into baselines (project,benchmark,git_sha,established_at) values (?,?,?,?)', ('speed', 'trivial', head, '2026-01-01T00:00:00Z'))
db.commit()
`;
  execFileSync('python3', ['-c', script, home, head, String(rows)], { stdio: 'inherit' });
}
