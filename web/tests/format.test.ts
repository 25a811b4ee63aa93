// Goal: figures, days and durations read as people of each language write them.
import { describe, expect, it } from 'vitest';
import { dayIn, formatBytes, formatCount, formatDay, formatDuration, formatGain, formatShare, formatShort, missing, percent } from '../shared/format';

describe('numbers', () => {
  it('groups thousands in both languages', () => {
    expect(formatCount(1234567, 'zh')).toBe('1,234,567');
    expect(formatCount(1234567, 'en')).toBe('1,234,567');
  });
  it('shortens by ten thousands in Chinese and by thousands in English', () => {
    expect(formatShort(12_345, 'zh')).toBe('1.2\u4e07');
    expect(formatShort(240_000_000, 'zh')).toBe('2.4\u4ebf');
    expect(formatShort(12_345, 'en')).toBe('12.3K');
  });
  it('keeps every digit below ten thousand', () => expect(formatShort(9_876, 'zh')).toBe('9,876'));
  it('signs gains but not zero', () => {
    expect(formatGain(1200, 'en')).toBe('+1,200');
    expect(formatGain(0, 'en')).toBe('0');
  });
  it('shows a dash for what is not known', () => {
    expect(formatCount(null, 'zh')).toBe(missing);
    expect(formatShort(undefined, 'en')).toBe(missing);
    expect(formatShare(1, 0, 'en')).toBe(missing);
  });
  it('never rounds a few refused rows away', () => {
    expect(formatShare(4, 10_000, 'en')).toBe('0.04%');
    expect(formatShare(9_996, 10_000, 'en')).toBe('99.96%');
    expect(formatShare(1, 4, 'en')).toBe('25%');
  });
  it('bounds percentages of bars', () => {
    expect(percent(5, 4)).toBe(100);
    expect(percent(1, 0)).toBe(0);
  });
});

describe('sizes and times', () => {
  it('picks the unit of a size', () => {
    expect(formatBytes(999, 'en')).toBe('999 B');
    expect(formatBytes(19_700, 'en')).toBe('19.7 KB');
    expect(formatBytes(2_400_000_000, 'en')).toBe('2.4 GB');
  });
  it('writes durations as a clock', () => {
    expect(formatDuration(65)).toBe('1:05');
    expect(formatDuration(3_725)).toBe('1:02:05');
    expect(formatDuration(-3)).toBe('0:00');
  });
  it('finds the day of an instant in the zone of the hub', () => {
    expect(dayIn('2020-02-13T17:30:00Z', 'Asia/Shanghai')).toBe('2020-02-14');
    expect(dayIn('2020-02-13T17:30:00Z', 'UTC')).toBe('2020-02-13');
  });
  it('says the year only when it is another one', () => {
    expect(formatDay('2020-02-14', 'en', '2020-03-01')).not.toContain('2020');
    expect(formatDay('2020-02-14', 'en', '2026-03-01')).toContain('2020');
  });
});
