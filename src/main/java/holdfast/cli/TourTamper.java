package holdfast.cli;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/** Comes between compressing and restoring, so that a test can do damage there. */
interface TourTamper {
  /** Leaves everything as it is. */
  TourTamper NONE =
      new TourTamper() {
        @Override
        public void packed(MemorySegment block) {}

        @Override
        public void written(Path frames) {}
      };

  /** A block before it is restored. */
  void packed(MemorySegment block);

  /** A file of frames before it is read. */
  void written(Path frames) throws IOException;
}
