import { expect, it } from 'vitest';
import { attestation, hostClass } from './provenance.ts';

it('hostClass() is the same for machines that differ in name, memory and node only', () => {
  const host = {
    platform: 'linux',
    architecture: 'x64',
    cpuModel: 'EPYC',
    cpuCount: 2,
    memoryBytes: 1,
    name: 'a',
    nodeVersion: 'v20',
  };
  expect(hostClass(host)).toBe('linux-x64/EPYC/2');
  expect(hostClass({ ...host, memoryBytes: 2, name: 'b', nodeVersion: 'v24' })).toBe(hostClass(host));
  expect(hostClass({ ...host, cpuCount: 4 })).not.toBe(hostClass(host));
});

it('attestation() says in so many words whether secrets were isolated', () => {
  expect(attestation({ level: 'none', detail: 'no bubblewrap' })).toBe('secrets not isolated: no bubblewrap');
  expect(attestation({ level: 'namespaces', detail: 'bubblewrap' })).toMatch(/^secrets isolated: .*\(bubblewrap\)$/);
});
