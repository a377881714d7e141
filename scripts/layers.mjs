// Which room of src/ sees which, and what it may use from outside. scripts/check-layers.mjs enforces this page.
//
//   sees         rooms whose files it may import (its own files always; type imports count)
//   packages     packages it may import (`node:*` = everything that begins with `node:`)
//   typesOnly    describes shapes: type imports only, nothing that exists at run time
//   sideEffects  may use the clock, randomness, the environment, the console, timers, the network
//   lazy         may say `import()`
//   file         the room is this one file, not a folder
//   why          said with every violation

/**
 * @typedef {{ sees: string[], packages?: string[], typesOnly?: boolean, sideEffects?: boolean, lazy?: boolean,
 *   file?: string, why: string }} Room
 */

/** @type {Record<string, Room>} */
export const rooms = {
  domain: { sees: [], why: 'the words everything else speaks depend on nothing' },
  statistics: { sees: [], why: 'numbers in, numbers out: it knows no word of the domain' },
  ports: { sees: ['domain'], typesOnly: true, why: 'a port describes the world and does nothing' },
  contracts: {
    file: 'contracts.ts',
    sees: ['domain', 'statistics', 'ports'],
    typesOnly: true,
    why: 'a contract says what a kind must provide and provides nothing itself',
  },
  pricing: { sees: ['domain'], why: 'money is usage times dated rates, wherever either came from' },
  report: { sees: ['domain'], why: 'a report shows a verdict and never makes one' },
  gates: {
    sees: ['domain', 'statistics', 'contracts'],
    why: 'a gate decides from evidence alone, so the same evidence always gives the same decision',
  },
  workloads: {
    sees: ['domain', 'ports', 'contracts'],
    why: 'a workload runs a trial and knows neither manifest nor judge',
  },
  scorers: {
    sees: ['domain', 'ports', 'contracts'],
    why: 'a scorer turns an attempt into observations and does not know what they decide',
  },
  completions: {
    sees: ['domain', 'ports'],
    why: 'throttle, retry, budget and cache decorate one model client, whoever asks',
  },
  suites: {
    sees: ['domain', 'ports', 'contracts'],
    packages: ['zod'],
    why: 'a suite is data with controls and does not know who runs it',
  },
  doctor: {
    sees: ['domain'],
    packages: ['yaml'],
    why: 'a doctor reads texts and says what is wrong with them; who fetched the texts is no matter',
  },
  ledger: {
    sees: ['domain', 'ports'],
    why: 'what a line means depends neither on who wrote it nor on where it is kept',
  },
  registry: {
    file: 'registry.ts',
    sees: ['domain', 'contracts', 'gates', 'workloads', 'scorers', 'report'],
    why: 'it lists the kinds, so that nothing else has to',
  },
  manifest: {
    sees: ['domain', 'contracts', 'registry'],
    packages: ['zod/mini', 'toml-eslint-parser'],
    why: 'it reads text and learns the kinds from the registry',
  },
  planning: {
    sees: ['domain', 'statistics', 'contracts', 'registry', 'manifest'],
    why: 'a plan follows from the manifest and a seed alone, so every shard computes the same one',
  },
  judging: {
    sees: ['domain', 'statistics', 'contracts', 'registry', 'manifest', 'ledger'],
    why: 'the judge reads records and nothing else',
  },
  app: {
    sees: [
      'domain',
      'ports',
      'statistics',
      'contracts',
      'gates',
      'workloads',
      'scorers',
      'registry',
      'manifest',
      'planning',
      'judging',
      'ledger',
      'report',
      'doctor',
    ],
    packages: ['zod'],
    why: 'a use case reaches the world through ports, so that it runs the same in a test',
  },
  adapters: {
    sees: ['domain', 'ports'],
    packages: ['node:*', 'zod', 'simple-git', 'yauzl', '@actions/*', '@octokit/*', 'openai', '@anthropic-ai/sdk'],
    sideEffects: true,
    lazy: true,
    why: 'an adapter implements a port and knows nothing of those who use it',
  },
  main: {
    sees: [
      'domain',
      'ports',
      'contracts',
      'statistics',
      'gates',
      'registry',
      'manifest',
      'planning',
      'judging',
      'ledger',
      'report',
      'doctor',
      'app',
      'adapters',
    ],
    packages: ['node:*'],
    sideEffects: true,
    lazy: true,
    why: 'an entry binds the world to the use cases and decides nothing',
  },
};

/** Names that say nothing about what is inside: a function without a home shows a missing word. */
export const drawers = ['utils', 'util', 'helpers', 'helper', 'common', 'misc', 'types'];

/** Lines per file. */
export const lengths = { warn: 200, fail: 300, failTest: 500 };
