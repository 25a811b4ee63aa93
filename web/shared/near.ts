// What is nearest: distances over the ground and the order in which a day's work is walked.
export interface Place { lon: number; lat: number }

const earth_radius_m = 6_371_008.8;
const radians = (degrees: number): number => (degrees * Math.PI) / 180;

// Great-circle distance in metres (haversine).
export function metresBetween(a: Place, b: Place): number {
  const across = Math.sin(radians(b.lat - a.lat) / 2);
  const along = Math.sin(radians(b.lon - a.lon) / 2);
  const h = across * across + Math.cos(radians(a.lat)) * Math.cos(radians(b.lat)) * along * along;
  return 2 * earth_radius_m * Math.asin(Math.min(1, Math.sqrt(h)));
}

export interface Stop {
  place: Place | null;
  due: string | null;
}

// Nearest first from where one stands; what has no place comes last, by its due time. Without a place of one's own: by due time.
export function nearestFirst<Item extends Stop>(items: readonly Item[], from: Place | null): Item[] {
  const dueOf = (item: Item): number => (item.due === null ? Infinity : Date.parse(item.due));
  const farOf = (item: Item): number => (from === null || item.place === null ? Infinity : metresBetween(from, item.place));
  return [...items].sort((a, b) => {
    const [far, other] = [farOf(a), farOf(b)];
    if (far !== other) return far - other;
    const [due, later] = [dueOf(a), dueOf(b)];
    return due === later ? 0 : due - later;
  });
}

// Whole metres below a kilometre in steps of ten, kilometres with one digit above.
export function roundedDistance(metres: number): { value: number; unit: 'm' | 'km' } {
  if (metres < 995) return { value: Math.max(10, Math.round(metres / 10) * 10), unit: 'm' };
  return { value: Math.round(metres / 100) / 10, unit: 'km' };
}
