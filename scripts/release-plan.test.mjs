import { expect, it } from 'vitest';
import { releasePlan } from './release-plan.mjs';

const tags = ['v0.9.0', 'v1.0.0', 'v1.4.1', 'v1.4.2-rc.1', 'v2.0.0', 'v1', 'nightly', ''];

it.each([
  ['v1.4.2', { major: 'v1', channel: 'release-1', prerelease: false }],
  ['v1.3.9', { major: '', channel: 'release-1', prerelease: false }],
  ['v2.0.1', { major: 'v2', channel: 'latest', prerelease: false }],
  ['v2.0.0', { major: 'v2', channel: 'latest', prerelease: false }],
  ['v1.10.0', { major: 'v1', channel: 'release-1', prerelease: false }],
  ['v3.0.0-beta.1', { major: '', channel: 'next', prerelease: true }],
  ['v3.0.0', { major: 'v3', channel: 'latest', prerelease: false }],
])('releasePlan() moves the major tag only to the newest of its line: %s', (tag, expected) => {
  expect(releasePlan(tag, tag.slice(1), [...tags, tag])).toEqual({ version: tag.slice(1), ...expected });
});

it.each(['1.2.3', 'v1.2', 'v01.2.3', 'v1.2.3 --tag latest', 'v1.2.3\nmajor=v9', ''])(
  'releasePlan() refuses %j, which is no release tag',
  (tag) => expect(() => releasePlan(tag, '1.2.3', [])).toThrow('is not a tag like'),
);

it('releasePlan() refuses a tag that is not the version of package.json', () => {
  expect(() => releasePlan('v1.2.4', '1.2.3', [])).toThrow('package.json says 1.2.3');
});
