// The last line of a test run: `N passed, N failed, N skipped`, alone on its line.
// With BENCHGATE_REQUIRE_ALL=1 a test that was skipped or left to do fails the run, and is named.

const nameOf = (test) => `${test.module.relativeModuleId} > ${test.fullName}`;

/** Files and suites that broke outside a test (at import, in a hook) count as failed, like their tests would. */
function count(testModules, unhandledErrors) {
  const tests = testModules.flatMap((module) => [...module.children.allTests()]);
  const groups = testModules.flatMap((module) => [module, ...module.children.allSuites()]);
  const broken = groups.filter((group) => group.errors().length > 0).length;
  const inState = (state) => tests.filter((test) => test.result().state === state);
  return {
    passed: inState('passed').length,
    failed: inState('failed').length + broken + unhandledErrors.length,
    left: tests.filter((test) => !['passed', 'failed'].includes(test.result().state)),
  };
}

export default class ClosingLineReporter {
  onTestRunEnd(testModules, unhandledErrors) {
    const { passed, failed, left } = count(testModules, unhandledErrors);
    const problems = [];
    if (process.env.BENCHGATE_REQUIRE_ALL === '1') {
      for (const test of left)
        problems.push(`not run (${test.options.mode === 'todo' ? 'todo' : 'skipped'}): ${nameOf(test)}`);
      if (passed + failed === 0) problems.push('not one test was run');
    }
    for (const problem of problems) process.stdout.write(`${problem}\n`);
    if (problems.length > 0) {
      process.stdout.write(
        'BENCHGATE_REQUIRE_ALL=1 wants every test to run: install what is missing, or delete the test\n',
      );
      process.exitCode = 1;
    }
    process.stdout.write(`${passed} passed, ${failed} failed, ${left.length} skipped\n`);
  }
}
