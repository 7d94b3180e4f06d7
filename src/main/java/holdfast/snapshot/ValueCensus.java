package holdfast.snapshot;

import holdfast.groove.Groove;
import holdfast.groove.GrooveHandle;
import holdfast.groove.GrooveObject;
import holdfast.wksp.Partition;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Everything that is allocated for values, to be ticked off by what is reachable.
 *
 * <pre>{@code
 * ValueCensus census = values.census();
 * for each record:       census.takeValue(place, capacity)     false: no such value, or taken twice
 * for each accumulator:  census.takeAccumulator(gaddr)         the same
 * census.left()                                                what leaked
 * }</pre>
 *
 * <p>Memory: two bits for each block of the volumes, 1/256 of them with blocks of 64 bytes. For one
 * thread, while nobody allocates or frees.
 */
final class ValueCensus {
  private final Values values;
  private final GrooveHandle handle;
  private final long volumeSize;
  private final int block;

  /** By volume: the blocks that begin with the header of an object that is not taken yet. */
  private final Map<Long, BitSet> valueHeaders = new HashMap<>();

  private final Map<Long, BitSet> accumulatorHeaders = new HashMap<>();

  /** Ascending; bit i of the other: not taken yet. */
  private final long[] directs;

  private final long[] directSizes;
  private final BitSet directsLeft = new BitSet();
  private long left;

  ValueCensus(Values values, Groove groove, List<Partition> direct) {
    this.values = values;
    handle = groove.handle(0, 0);
    volumeSize = groove.geometry().volumeSize();
    block = groove.geometry().blockSize();
    groove.objects(this::add);
    directs = direct.stream().mapToLong(Partition::gaddrLo).toArray();
    directSizes = direct.stream().mapToLong(Partition::size).toArray();
    directsLeft.set(0, directs.length);
    left += directs.length;
  }

  private void add(GrooveObject object) {
    Map<Long, BitSet> headers;
    if (object.tag() == Values.VALUE_TAG) {
      headers = valueHeaders;
    } else if (object.tag() == Values.ACCUMULATOR_TAG) {
      headers = accumulatorHeaders;
    } else {
      throw Values.corrupt(object.offset(), "an object with tag 1 or 2", "tag " + object.tag());
    }
    headers
        .computeIfAbsent(object.offset() / volumeSize, v -> new BitSet())
        .set((int) (object.header() % volumeSize / block));
    left++;
  }

  /**
   * Ticks off a value.
   *
   * @param place any number
   * @param bytes digest and value; or the capacity
   * @return whether it is there, as large as one made for so many bytes, and was not taken before
   */
  boolean takeValue(long place, long bytes) {
    if (bytes <= 0 || place <= 0) {
      return bytes == 0 && place == 0;
    }
    if ((place & Values.DIRECT) == 0) {
      return take(valueHeaders, place, values.capacity(bytes));
    }
    int i = Arrays.binarySearch(directs, place - Values.DIRECT);
    if (i < 0 || directSizes[i] != values.capacity(bytes) || !directsLeft.get(i)) {
      return false;
    }
    directsLeft.clear(i);
    left--;
    return true;
  }

  /**
   * Ticks off an accumulator.
   *
   * @param gaddr any number
   * @return whether it is there and was not taken before
   */
  boolean takeAccumulator(long gaddr) {
    return gaddr > 0 && take(accumulatorHeaders, gaddr, Values.ACCUMULATOR_SIZE);
  }

  private boolean take(Map<Long, BitSet> headers, long gaddr, long size) {
    long header = gaddr - Values.OBJECT_HEADER;
    BitSet bits = headers.get(gaddr / volumeSize);
    int bit = (int) (header % volumeSize / block);
    // What the walk saw is a header, so the handle is not misled by bytes of a user.
    if (bits == null || header % block != 0 || !bits.get(bit) || handle.size(gaddr) != size) {
      return false;
    }
    bits.clear(bit);
    left--;
    return true;
  }

  /** How many allocations are not ticked off. */
  long left() {
    return left;
  }

  /** The lowest place that is not ticked off, values first; 0 when there is none. */
  long firstLeft() {
    long first = Long.MAX_VALUE;
    for (Map<Long, BitSet> headers : List.of(valueHeaders, accumulatorHeaders)) {
      for (Map.Entry<Long, BitSet> volume : headers.entrySet()) {
        int bit = volume.getValue().nextSetBit(0);
        first = bit < 0 ? first : Math.min(first, place(volume.getKey(), bit));
      }
    }
    int i = directsLeft.nextSetBit(0);
    first = i < 0 ? first : Math.min(first, directs[i] + Values.DIRECT);
    return first == Long.MAX_VALUE ? 0 : first;
  }

  private long place(long volume, int bit) {
    return volume * volumeSize + (long) bit * block + Values.OBJECT_HEADER;
  }

  /**
   * Frees what is not ticked off: after an owner died, what it had just allocated, or was about to
   * free.
   *
   * @return how many allocations that were
   */
  long freeLeft() {
    long freed = left;
    for (Map<Long, BitSet> headers : List.of(valueHeaders, accumulatorHeaders)) {
      headers.forEach(
          (volume, bits) -> {
            bits.stream().forEach(bit -> values.free(place(volume, bit)));
            bits.clear();
          });
    }
    directsLeft.stream().forEach(i -> values.free(directs[i] + Values.DIRECT));
    directsLeft.clear();
    left = 0;
    return freed;
  }
}
