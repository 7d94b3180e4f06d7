package holdfast.bench;

import holdfast.groove.Groove;
import holdfast.groove.GrooveGeometry;
import holdfast.groove.GrooveHandle;
import io.netty.buffer.AdaptiveByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The allocators that are compared, behind one face: tables of objects, and for each thread
 * something that fills and empties their places.
 */
abstract class Allocators {
  /** Allocates and frees for one thread. */
  abstract static class Worker {
    /** Allocates, and writes eight bytes to the object. */
    abstract void alloc(Object table, int index, int size);

    abstract void free(Object table, int index);
  }

  /** A table of objects as this allocator knows them: addresses, offsets, or Java objects. */
  abstract Object table(int size);

  abstract Worker worker();

  private static final GrooveGeometry COMPACT = GrooveGeometry.compact(64, 1L << 26);

  /** The contender of a name. */
  static Allocators of(String name) {
    return switch (name) {
      case "nothing" -> new OfNothing();
      case "holdfast" -> new OfGroove(GrooveGeometry.STANDARD, 2, Kind.OFFSETS);
      case "holdfast-slices" -> new OfGroove(GrooveGeometry.STANDARD, 2, Kind.SLICES);
      case "holdfast-trusted" -> new OfGroove(GrooveGeometry.STANDARD, 2, Kind.TRUSTED);
      case "holdfast-compact" -> new OfGroove(COMPACT, 16, Kind.OFFSETS);
      case "holdfast-compact-trusted" -> new OfGroove(COMPACT, 16, Kind.TRUSTED);
      case "malloc" -> new OfMalloc();
      case "malloc-critical" -> new OfMalloc(Linker.Option.critical(false));
      case "netty-pooled" -> new OfNetty(PooledByteBufAllocator.DEFAULT);
      case "netty-adaptive" -> new OfNetty(new AdaptiveByteBufAllocator(true));
      case "arena-confined" -> new OfArenas();
      default -> throw new IllegalArgumentException("no contender " + name);
    };
  }

  /** Handles as they are by default, the same with slices instead of offsets, trusted ones. */
  private enum Kind {
    OFFSETS,
    SLICES,
    TRUSTED
  }

  /** Stores a number: what all the others cost besides. */
  private static final class OfNothing extends Allocators {
    @Override
    Object table(int size) {
      return new long[size];
    }

    @Override
    Worker worker() {
      return new Worker() {
        @Override
        void alloc(Object table, int index, int size) {
          ((long[]) table)[index] = size;
        }

        @Override
        void free(Object table, int index) {
          if (((long[]) table)[index] == 0) {
            throw new IllegalStateException("no object at " + index);
          }
        }
      };
    }
  }

  /** This library, over a sparse file that is mapped. */
  private static final class OfGroove extends Allocators {
    private final Groove groove;
    private final Kind kind;
    private final AtomicInteger group = new AtomicInteger();

    OfGroove(GrooveGeometry geometry, int volumes, Kind kind) {
      this.kind = kind;
      try {
        Path path = Files.createTempFile("bench", ".groove");
        try (FileChannel file =
            FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
          long size = volumes * geometry.volumeSize();
          file.write(ByteBuffer.allocate(1), size - 1);
          Arena arena = Arena.ofShared();
          groove =
              Groove.create(
                  geometry,
                  arena.allocate(geometry.stateSize(), 128),
                  file.map(FileChannel.MapMode.READ_WRITE, 0, size, arena));
        } finally {
          Files.delete(path);
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      groove.addVolumes(0, volumes, new byte[0]);
    }

    @Override
    Object table(int size) {
      return kind == Kind.SLICES ? new MemorySegment[size] : new long[size];
    }

    @Override
    Worker worker() {
      int next = group.getAndIncrement();
      GrooveHandle handle = kind == Kind.TRUSTED ? groove.trustedHandle(next) : groove.handle(next);
      MemorySegment memory = groove.segment(0, groove.volumeMax() * groove.geometry().volumeSize());
      return kind == Kind.SLICES ? new Slices(groove, handle) : new Offsets(handle, memory);
    }

    private static final class Offsets extends Worker {
      private final GrooveHandle handle;
      private final MemorySegment memory;

      Offsets(GrooveHandle handle, MemorySegment memory) {
        this.handle = handle;
        this.memory = memory;
      }

      @Override
      void alloc(Object table, int index, int size) {
        long object = handle.alloc(size);
        memory.set(ValueLayout.JAVA_LONG_UNALIGNED, object, index);
        ((long[]) table)[index] = object;
      }

      @Override
      void free(Object table, int index) {
        if (!handle.free(((long[]) table)[index])) {
          throw new IllegalStateException("no object at " + index);
        }
      }
    }

    private static final class Slices extends Worker {
      private final Groove groove;
      private final GrooveHandle handle;

      Slices(Groove groove, GrooveHandle handle) {
        this.groove = groove;
        this.handle = handle;
      }

      @Override
      void alloc(Object table, int index, int size) {
        MemorySegment object = handle.allocSegment(16, size, 0);
        object.set(ValueLayout.JAVA_LONG_UNALIGNED, 0, index);
        ((MemorySegment[]) table)[index] = object;
      }

      @Override
      void free(Object table, int index) {
        if (!handle.free(groove.offset(((MemorySegment[]) table)[index]))) {
          throw new IllegalStateException("no object at " + index);
        }
      }
    }
  }

  /** The C library's, through the linker. */
  private static final class OfMalloc extends Allocators {
    /** All memory, to write to an address. */
    private static final MemorySegment MEMORY = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

    private final MethodHandle malloc;
    private final MethodHandle free;

    OfMalloc(Linker.Option... options) {
      Linker linker = Linker.nativeLinker();
      malloc =
          linker.downcallHandle(
              linker.defaultLookup().find("malloc").orElseThrow(),
              FunctionDescriptor.of(ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG),
              options);
      free =
          linker.downcallHandle(
              linker.defaultLookup().find("free").orElseThrow(),
              FunctionDescriptor.ofVoid(ValueLayout.JAVA_LONG),
              options);
    }

    @Override
    Object table(int size) {
      return new long[size];
    }

    @Override
    Worker worker() {
      return new Worker() {
        @Override
        void alloc(Object table, int index, int size) {
          try {
            long address = (long) malloc.invokeExact((long) size);
            MEMORY.set(ValueLayout.JAVA_LONG_UNALIGNED, address, index);
            ((long[]) table)[index] = address;
          } catch (Throwable e) {
            throw new IllegalStateException(e);
          }
        }

        @Override
        void free(Object table, int index) {
          try {
            free.invokeExact(((long[]) table)[index]);
          } catch (Throwable e) {
            throw new IllegalStateException(e);
          }
        }
      };
    }
  }

  /** Netty's, direct buffers. */
  private static final class OfNetty extends Allocators {
    private final ByteBufAllocator allocator;

    OfNetty(ByteBufAllocator allocator) {
      this.allocator = allocator;
    }

    @Override
    Object table(int size) {
      return new ByteBuf[size];
    }

    @Override
    Worker worker() {
      return new Worker() {
        @Override
        void alloc(Object table, int index, int size) {
          ByteBuf buffer = allocator.directBuffer(size);
          buffer.setLong(0, index);
          ((ByteBuf[]) table)[index] = buffer;
        }

        @Override
        void free(Object table, int index) {
          ((ByteBuf[]) table)[index].release();
        }
      };
    }
  }

  /** An arena for each object. */
  private static final class OfArenas extends Allocators {
    @Override
    Object table(int size) {
      return new Arena[size];
    }

    @Override
    Worker worker() {
      return new Worker() {
        @Override
        void alloc(Object table, int index, int size) {
          Arena arena = Arena.ofConfined();
          arena.allocate(size).set(ValueLayout.JAVA_LONG_UNALIGNED, 0, index);
          ((Arena[]) table)[index] = arena;
        }

        @Override
        void free(Object table, int index) {
          ((Arena[]) table)[index].close();
        }
      };
    }
  }
}
