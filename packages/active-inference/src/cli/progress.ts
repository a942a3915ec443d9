import { EXIT } from '@aatgs/core/cli';
import ora from 'ora';

/** Runs `task` with a progress line; Ctrl-C ends it with exit code 1. Null when it was interrupted. */
export async function withProgress<R>(
  title: string,
  task: (watch: { signal: AbortSignal; say: (line: string) => void }) => Promise<R>,
): Promise<R | null> {
  const spinner = ora({ text: title, isEnabled: process.stderr.isTTY }).start();
  const stop = new AbortController();
  const onInterrupt = () => stop.abort(new Error('interrupted'));
  process.once('SIGINT', onInterrupt);
  try {
    return await task({
      signal: stop.signal,
      say: (line) => {
        spinner.text = line;
      },
    });
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    process.stderr.write('interrupted\n');
    process.exitCode = EXIT.goalNotReached;
    return null;
  } finally {
    spinner.stop();
    process.off('SIGINT', onInterrupt);
  }
}
