// Counts the answers in a row without any fault: each that is not the expected one is a problem, also a 503.
export class Tally {
  made = 0;
  unavailable = 0;
  failures = {};
  lost = [];
  doubles = [];
  problems = [];

  // `id` is that of a session that must be alive.
  expect(status, what, answer, id) {
    if (answer.status === status) return true;
    if (id && answer.status === 404) {
      this.lost.push(`${id}: ${answer.json?.reason}`);
      return false;
    }
    if (answer.status === 503 && answer.mayRetry) this.unavailable++;
    const name = `${what}: ${answer.status || answer.error}${answer.json?.detail ? ` ${answer.json.detail}` : ''}`;
    this.failures[name] = (this.failures[name] ?? 0) + 1;
    return false;
  }

  check(isTrue, problem) {
    if (!isTrue) this.problems.push(problem);
    return isTrue;
  }

  row(more) {
    const failures = Object.entries(this.failures);
    return {
      made: this.made, unavailable: this.unavailable, failures: this.failures,
      failed: failures.reduce((sum, [, count]) => sum + count, 0) - this.unavailable,
      lost: [...new Set(this.lost)], doubles: [...new Set(this.doubles)],
      problems: [...this.problems, ...failures.map(([name, count]) => `${count} × ${name}`)], ...more,
    };
  }
}
