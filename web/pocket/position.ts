// Where the worker stands: as the device says, or a point they chose. Kept for the page's life, never sent unless a report carries it.
import { ref, shallowRef } from 'vue';
import type { Place } from '@shared/near';

export type PositionState = 'unknown' | 'asking' | 'device' | 'chosen' | 'refused';

export const position = shallowRef<Place | null>(null);
export const position_state = ref<PositionState>('unknown');
const patience_ms = 15_000;
const fresh_ms = 60_000;

export function askDevice(): Promise<Place | null> {
  if (typeof navigator === 'undefined' || !('geolocation' in navigator)) {
    position_state.value = 'refused';
    return Promise.resolve(null);
  }
  position_state.value = 'asking';
  return new Promise((resolve) => {
    navigator.geolocation.getCurrentPosition(({ coords }) => {
      position.value = { lon: coords.longitude, lat: coords.latitude };
      position_state.value = 'device';
      resolve(position.value);
    }, () => {
      position_state.value = position.value === null ? 'refused' : 'chosen';
      resolve(null);
    }, { enableHighAccuracy: true, timeout: patience_ms, maximumAge: fresh_ms });
  });
}

export function choosePosition(place: Place): void {
  position.value = place;
  position_state.value = 'chosen';
}
