/** Something with a beginning and an end. */
export interface Span {
  readonly startMs: number;
  readonly endMs: number;
}

/** Puts spans on as few lanes as it takes for none to overlap: each on the first lane that is free. */
export function onLanes<S extends Span>(spans: readonly S[]): { readonly span: S; readonly lane: number }[] {
  const ends: number[] = [];
  return [...spans]
    .sort((a, b) => a.startMs - b.startMs || b.endMs - a.endMs)
    .map((span) => {
      const free = ends.findIndex((end) => end <= span.startMs);
      const lane = free < 0 ? ends.length : free;
      ends[lane] = span.endMs;
      return { span, lane };
    });
}

/** Spans by what they ran on, in the order the places first appear. */
export function byPlace<S extends { readonly place: string }>(spans: readonly S[]): Map<string, S[]> {
  const places = new Map<string, S[]>();
  for (const span of spans) {
    const there = places.get(span.place);
    if (there) there.push(span);
    else places.set(span.place, [span]);
  }
  return places;
}
