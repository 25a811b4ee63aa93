import type { Batch } from './types';

// True while a batch still moves: waiting or being read.
export function isRunning(batch: Pick<Batch, 'state'>): boolean {
  return batch.state === 'queued' || batch.state === 'running';
}
