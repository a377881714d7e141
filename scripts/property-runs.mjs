// Set-up of every test file: the soak asks for more runs of each property than a commit's tests make.
import fc from 'fast-check';

const runs = Number(process.env.BENCHGATE_PROPERTY_RUNS ?? 0);
if (runs > 0) fc.configureGlobal({ numRuns: runs });
