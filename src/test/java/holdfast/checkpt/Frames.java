package holdfast.checkpt;

import holdfast.testkit.Content;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** Frames of generated content, for tests. */
final class Frames {
  /** A frame of buffers that lie in memory. */
  record Made(FrameStyle style, List<MemorySegment> buffers) implements Frame {
    @Override
    public void addTo(Checkpt out) throws IOException {
      for (MemorySegment buffer : buffers) {
        if (buffer.byteSize() <= 100) {
          out.meta(buffer);
        } else {
          out.data(buffer);
        }
      }
    }

    long size() {
      return buffers.stream().mapToLong(MemorySegment::byteSize).sum();
    }
  }

  private Frames() {}

  /** Frames of mixed style and size; buffers of tiny alphabets show the state of a frame. */
  static List<Made> random(SplittableRandom random, int count, int sizeMax) {
    List<Made> frames = new ArrayList<>();
    for (int f = 0; f < count; f++) {
      FrameStyle style = random.nextInt(5) == 0 ? FrameStyle.RAW : FrameStyle.LZ4;
      List<MemorySegment> buffers = new ArrayList<>();
      for (int left = random.nextInt(1 + sizeMax); left > 0 && random.nextInt(20) > 0; ) {
        int size = Math.min(left, random.nextInt(1 + (random.nextBoolean() ? 50 : sizeMax)));
        buffers.add(
            MemorySegment.ofArray(Content.of(1 + random.nextInt(5), random.nextInt(50), size)));
        left -= size;
      }
      frames.add(new Made(style, buffers));
    }
    return frames;
  }

  /** Writes frames by the plain calls; returns the offsets and the end. */
  static long[] write(List<? extends Frame> frames, Checkpt out) throws IOException {
    long[] offsets = new long[frames.size() + 1];
    offsets[0] = out.offset();
    for (int i = 0; i < frames.size(); i++) {
      out.openFrame(frames.get(i).style());
      frames.get(i).addTo(out);
      offsets[i + 1] = out.closeFrame();
    }
    return offsets;
  }

  /** Reads a frame and tells the first buffer that is not as written, or -1. */
  static int wrong(Made frame, Restore in) throws IOException {
    in.openFrame(frame.style());
    for (int b = 0; b < frame.buffers().size(); b++) {
      byte[] expected = frame.buffers().get(b).toArray(java.lang.foreign.ValueLayout.JAVA_BYTE);
      byte[] found = new byte[expected.length];
      in.data(MemorySegment.ofArray(found));
      if (!Arrays.equals(expected, found)) {
        return b;
      }
    }
    in.closeFrame();
    return -1;
  }
}
