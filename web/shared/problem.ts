// A failure as a sentence for the reader.
import { Problem } from './api';

type Translate = (key: string, values?: Record<string, unknown>) => string;

export function sentenceOf(cause: unknown, t: Translate): string {
  if (!(cause instanceof Problem)) return cause instanceof Error ? cause.message : String(cause);
  if (cause.unreachable) return t('common.offline');
  return cause.body.detail ?? cause.body.title ?? t('common.failed', { status: cause.status });
}

// Whether the hub knows who asks and says no.
export const isRefusal = (cause: unknown): boolean => cause instanceof Problem && cause.status === 403;

// Whether asking again changes nothing: refused, or gone for good.
export const isFinal = (cause: unknown): boolean => isRefusal(cause) || (cause instanceof Problem && cause.status === 410);

// The sentences about single fields, by field name ("/phone" → "phone").
export function fieldSentences(cause: unknown): Record<string, string> {
  const found: Record<string, string> = {};
  if (!(cause instanceof Problem)) return found;
  for (const error of cause.body.errors ?? []) found[error.field.replace(/^\/(fields\/)?/, '')] = error.detail;
  return found;
}
