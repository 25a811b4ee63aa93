// Numbers, dates and durations as a reader of the given language writes them.
import type { Language } from './language';

const tag = (language: Language): string => (language === 'zh' ? 'zh-CN' : 'en-GB');
const cache = new Map<string, Intl.NumberFormat>();

function formatter(language: Language, name: string, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = `${language}:${name}`;
  let found = cache.get(key);
  if (found === undefined) cache.set(key, (found = new Intl.NumberFormat(language === 'zh' ? 'zh-CN' : 'en', options)));
  return found;
}

export const missing = '—';

export function formatCount(value: number | null | undefined, language: Language): string {
  if (value === null || value === undefined || Number.isNaN(value)) return missing;
  return formatter(language, 'count', { maximumFractionDigits: 1 }).format(value);
}

// Short form for maps and legends, by ten thousands in Chinese and by thousands in English. Below 10,000 every digit stands.
export function formatShort(value: number | null | undefined, language: Language): string {
  if (value === null || value === undefined || Number.isNaN(value)) return missing;
  if (Math.abs(value) < 10_000) return formatCount(value, language);
  return formatter(language, 'short', { notation: 'compact', maximumFractionDigits: 1 }).format(value);
}

export function formatGain(value: number | null | undefined, language: Language): string {
  if (value === null || value === undefined) return missing;
  return formatter(language, 'gain', { signDisplay: 'exceptZero', maximumFractionDigits: 1 }).format(value);
}

// Shares keep two digits where it matters: 99.96 % is not 100 %.
export function formatShare(part: number, whole: number, language: Language): string {
  if (whole <= 0) return missing;
  const share = part / whole;
  const digits = share > 0 && share < 1 && (share > 0.99 || share < 0.01) ? 2 : 1;
  const text = formatter(language, `share${digits}`, { style: 'percent', maximumFractionDigits: digits }).format(share);
  return text;
}

export function formatBytes(bytes: number, language: Language): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    ++unit;
  }
  const digits = unit === 0 || value >= 100 ? 0 : 1;
  return `${formatter(language, `bytes${digits}`, { maximumFractionDigits: digits }).format(value)} ${units[unit]}`;
}

// Seconds as m:ss or h:mm:ss.
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const two = (value: number): string => String(value).padStart(2, '0');
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

export function formatTime(instant: string, zone: string, language: Language): string {
  const date = new Date(instant);
  if (Number.isNaN(date.getTime())) return missing;
  return new Intl.DateTimeFormat(tag(language), {
    timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit',
    hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false,
  }).format(date);
}

// Day and time to the minute, without the year where it is this one.
export function formatMoment(instant: string, zone: string, language: Language, now: number = Date.now()): string {
  const date = new Date(instant);
  if (Number.isNaN(date.getTime())) return missing;
  const year = (at: Date): string => new Intl.DateTimeFormat('en', { timeZone: zone, year: 'numeric' }).format(at);
  return new Intl.DateTimeFormat(tag(language), {
    timeZone: zone, month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit', hour12: false, year: year(date) === year(new Date(now)) ? undefined : 'numeric',
  }).format(date);
}

// How long until an instant (negative: since), in the largest unit that fits.
export function untilInstant(instant: string, now: number): { value: number; unit: 'minute' | 'hour' | 'day'; late: boolean } {
  const minutes = Math.round((Date.parse(instant) - now) / 60_000);
  const far = Math.abs(minutes);
  const late = minutes < 0;
  if (far < 60) return { value: far, unit: 'minute', late };
  if (far < 48 * 60) return { value: Math.round(far / 60), unit: 'hour', late };
  return { value: Math.round(far / 1440), unit: 'day', late };
}

// The instant itself; null for an absent one and for the epoch, which stands for "never".
export function knownInstant(instant: string | null | undefined): string | null {
  const time = instant ? Date.parse(instant) : NaN;
  return Number.isNaN(time) || time < 86_400_000 ? null : instant!;
}

// The year is said when it is not that of `today` (YYYY-MM-DD).
export function formatDay(day: string, language: Language, today?: string): string {
  const date = new Date(`${day}T00:00:00Z`);
  if (Number.isNaN(date.getTime())) return day;
  return new Intl.DateTimeFormat(tag(language), {
    timeZone: 'UTC', month: 'short', day: 'numeric', year: today !== undefined && today.slice(0, 4) !== day.slice(0, 4) ? 'numeric' : undefined,
  }).format(date);
}

// The calendar day of an instant in a zone, as YYYY-MM-DD.
export function dayIn(instant: string, zone: string): string {
  return new Intl.DateTimeFormat('en-CA', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' }).format(new Date(instant));
}

export function percent(part: number, whole: number): number {
  return whole > 0 ? Math.min(100, (part / whole) * 100) : 0;
}
