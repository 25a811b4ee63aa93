// Goal: what rules did to a value is said to whoever touches it or comes to it by keyboard, not only where a pointer rests.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { drawn, run, surroundings, type Running } from './page';

vi.setConfig({ testTimeout: 30_000 });
const given = { value: '13800000001', sentences: ['The country code was taken off.', 'Full width became half width.'] };
let one: Running;

describe('a tidied value', () => {
  beforeEach(async () => {
    vi.resetModules();
    surroundings();
    one = await run((await import('../desk/TidiedValue.vue')).default, given);
  });
  afterEach(() => one.end());

  it('is a button that tells whether its sentences are shown, and keeps them for the pointer', async () => {
    const html = await drawn((await import('../desk/TidiedValue.vue')).default, given);
    expect(html).toMatch(/<button type="button"[^>]*aria-expanded="false"/);
    expect(html).toContain('title="The country code was taken off. Full width became half width."');
    expect(html).toContain('13800000001</button>');
    expect(html).not.toContain('role="note"');
  });

  it('opens at the first touch, which brings the focus with it, and closes at the second', () => {
    one.state.touched();
    one.state.shown = true;  // the focus comes between touch and click
    one.state.pressed();
    expect(one.state.shown).toBe(true);
    one.state.touched();
    one.state.pressed();
    expect(one.state.shown).toBe(false);
  });

  it('opens at a touch that brings no focus', () => {
    one.state.touched();
    one.state.pressed();
    expect(one.state.shown).toBe(true);
  });

  it('is closed and opened again by the key that presses it', () => {
    one.state.shown = true;  // by the focus
    one.state.pressed();
    expect(one.state.shown).toBe(false);
    one.state.pressed();
    expect(one.state.shown).toBe(true);
  });
});
