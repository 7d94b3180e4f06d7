package holdfast.groove;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** An allocator in memory of its own, whose every byte can be compared with what it was. */
final class Bytes implements AutoCloseable {
  static final GrooveGeometry SMALL = GrooveGeometry.compact(64, 1 << 20);

  private final Arena arena = Arena.ofShared();
  final MemorySegment state;
  final MemorySegment volumes;
  private final MemorySegment stateBefore;
  private final MemorySegment volumesBefore;
  Groove groove;

  Bytes(GrooveGeometry geometry, int count) {
    this(geometry, count, count);
  }

  Bytes(GrooveGeometry geometry, int room, int count) {
    state = arena.allocate(geometry.stateSize(), 128);
    volumes = arena.allocate(room * geometry.volumeSize(), 4096);
    stateBefore = arena.allocate(state.byteSize());
    volumesBefore = arena.allocate(volumes.byteSize());
    groove = Groove.create(geometry, state, volumes);
    groove.addVolumes(0, count, new byte[0]);
    remember();
  }

  void remember() {
    stateBefore.copyFrom(state);
    volumesBefore.copyFrom(volumes);
  }

  /** The state as it was then. */
  MemorySegment rememberedState() {
    return stateBefore;
  }

  /** Whether nothing changed since {@link #remember}. */
  boolean unchanged() {
    return state.mismatch(stateBefore) < 0 && volumes.mismatch(volumesBefore) < 0;
  }

  /** Closes and opens again. */
  void reopen() {
    groove.close();
    groove = Groove.open(groove.geometry, state, volumes);
  }

  @Override
  public void close() {
    groove.close();
    arena.close();
  }
}
