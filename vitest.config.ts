import { readFileSync } from 'node:fs';
import { defineConfig } from 'vitest/config';

const { version } = JSON.parse(readFileSync(new URL('./package.json', import.meta.url), 'utf8')) as { version: string };
const onGitHub = process.env['GITHUB_ACTIONS'] === 'true';

export default defineConfig({
  define: { __BENCHGATE_VERSION__: JSON.stringify(version) },
  test: {
    include: ['src/**/*.test.ts', 'scripts/**/*.test.mjs', 'fixtures/**/*.test.ts'],
    pool: 'forks',
    // Most of the time goes into waiting for programs under test.
    maxWorkers: 3,
    setupFiles: ['scripts/property-runs.mjs'],
    // It imports JSON without saying so, which Node refuses and a bundler does not.
    server: { deps: { inline: [/@actions\/(workflow-parser|expressions)/] } },
    testTimeout: 30_000,
    hookTimeout: 30_000,
    reporters: ['default', ...(onGitHub ? ['github-actions'] : []), './scripts/closing-line-reporter.mjs'],
  },
});
