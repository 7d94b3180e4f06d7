package holdfast.checkpt;

import static holdfast.testkit.Latches.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import holdfast.Progress;
import holdfast.testkit.Content;
import holdfast.testkit.Tier;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.Channels;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Frames that are encoded at the same time have the bytes of frames written one by one. */
class ParallelFramesTest {
  private static final int BUFFER = Checkpt.BUFFER_SIZE_MIN;

  private final ExecutorService executor = Executors.newFixedThreadPool(8);

  @AfterEach
  void endThreads() {
    executor.shutdownNow();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
  void theBytesDoNotDependOnTheThreads(int threads) throws IOException {
    var random = new SplittableRandom(Tier.seed(threads));
    for (int round = 0; round < Tier.of(4, 80); round++) {
      List<Frames.Made> frames = Frames.random(random, 40, random.nextBoolean() ? 2000 : 200_000);
      List<Frames.Made> more = Frames.random(random, 3, 5000);
      var expected = new ByteArrayOutputStream();
      Checkpt plain = Checkpt.to(Channels.newChannel(expected), BUFFER);
      long[] offsets = Frames.write(frames, plain);
      Frames.write(more, plain);
      Frames.write(frames, plain);

      var found = new ByteArrayOutputStream();
      try (Checkpt out = Checkpt.to(Channels.newChannel(found), BUFFER)) {
        assertArrayEquals(offsets, out.addFrames(frames, executor, threads, BUFFER, Progress.NONE));
        assertEquals(found.size(), out.offset(), "all is in the channel");
        Frames.write(more, out);
        out.addFrames(frames, executor, threads, 1 << 18, Progress.NONE);
      }
      assertArrayEquals(expected.toByteArray(), found.toByteArray(), "round " + round);

      MemorySegment region = MemorySegment.ofArray(new byte[expected.size()]);
      Checkpt into = Checkpt.into(region);
      into.addFrames(frames, executor, threads, BUFFER, Progress.NONE);
      into.addFrames(more, executor, threads, BUFFER, Progress.NONE);
      Frames.write(frames, into);
      assertArrayEquals(expected.toByteArray(), region.toArray(ValueLayout.JAVA_BYTE));
    }
  }

  @Test
  void goldenFilesAreWrittenByManyThreads() throws IOException {
    for (Script script : Script.all()) {
      List<Frames.Made> frames = new ArrayList<>();
      for (int f = 0; f < script.rows().size(); f++) {
        frames.add(
            new Frames.Made(
                script.rows().get(f).style(),
                script.frames().get(f).stream()
                    .map(b -> MemorySegment.ofArray(b.content()))
                    .toList()));
      }
      MemorySegment region = MemorySegment.ofArray(new byte[script.golden().length]);
      Checkpt.into(region).addFrames(frames, executor, 4, BUFFER, Progress.NONE);
      assertArrayEquals(script.golden(), region.toArray(ValueLayout.JAVA_BYTE), script.name());
    }
  }

  /** More than 1 GiB goes before, as far as the writer knows. */
  @Test
  void theStateOfFramesIsPlannedOverTheClear() throws IOException {
    Script script = Script.of("08_frame_state");
    List<MemorySegment> buffers =
        script.frames().getFirst().stream().map(b -> MemorySegment.ofArray(b.content())).toList();
    var frame = new Frames.Made(FrameStyle.LZ4, buffers);
    byte[] first = Arrays.copyOf(script.golden(), 442);
    byte[] later = Arrays.copyOfRange(script.golden(), 442, 884);
    assertFalse(Arrays.equals(first, later));
    for (int threads : new int[] {1, 3}) {
      var bytes = new ByteArrayOutputStream();
      Checkpt out = Checkpt.to(Channels.newChannel(bytes), BUFFER);
      // Three frames advance it by 3 gaps and 3 contents; the fourth finds it above the limit.
      out.history().skipTo(History.CLEARED_ABOVE + 1 - 3 * (History.GAP + frame.size()));
      out.addFrames(Collections.nCopies(5, frame), executor, threads, BUFFER, Progress.NONE);
      byte[] all = bytes.toByteArray();
      for (int i = 0; i < 5; i++) {
        byte[] found = Arrays.copyOfRange(all, i * 442, (i + 1) * 442);
        assertArrayEquals(i == 3 ? first : later, found, "frame " + i);
      }
    }
  }

  @Test
  void progressReachesTheTotalAndNeverShrinks() throws IOException {
    List<Frames.Made> frames = Frames.random(new SplittableRandom(5), 30, 500_000);
    long total = frames.stream().mapToLong(Frames.Made::size).sum();
    for (int threads : new int[] {1, 4}) {
      List<Long> seen = new ArrayList<>();
      Checkpt.to(Channels.newChannel(new ByteArrayOutputStream()))
          .addFrames(
              frames,
              executor,
              threads,
              BUFFER,
              (done, all) -> {
                assertEquals(total, all);
                assertTrue(seen.isEmpty() || seen.getLast() <= done);
                seen.add(done);
                return true;
              });
      assertEquals(total, seen.getLast());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 4})
  void aCancelledWriterHasFailed(int threads) {
    List<Frames.Made> frames = Frames.random(new SplittableRandom(5), 30, 500_000);
    var calls = new AtomicInteger();
    Checkpt out = Checkpt.to(Channels.newChannel(new ByteArrayOutputStream()));
    assertThrows(
        CancellationException.class,
        () ->
            out.addFrames(
                frames, executor, threads, BUFFER, (done, all) -> calls.incrementAndGet() < 5));
    assertEquals(5, calls.get(), "not asked again");
    assertFalse(out.canOpen());
    assertThrows(IllegalStateException.class, () -> out.openFrame(FrameStyle.RAW));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 8})
  void theFirstFailureIsTheOneThatIsThrown(int threads) {
    for (int at = 0; at < 20; at += 3) {
      List<Frame> frames = new ArrayList<>(Frames.random(new SplittableRandom(7), 20, 300_000));
      var thrown = new IOException("by the frame");
      var calls = new AtomicInteger();
      frames.set(
          at,
          new Frame() {
            @Override
            public FrameStyle style() {
              return FrameStyle.LZ4;
            }

            @Override
            public void addTo(Checkpt out) throws IOException {
              if (calls.incrementAndGet() == 2) {
                throw thrown;
              }
            }
          });
      Checkpt out = Checkpt.to(Channels.newChannel(new ByteArrayOutputStream()), BUFFER);
      IOException found =
          assertThrows(
              IOException.class,
              () -> out.addFrames(frames, executor, threads, BUFFER, Progress.NONE));
      assertSame(thrown, found);
      assertFalse(out.canOpen());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void aFrameThatDoesMoreThanAddBuffersIsRefused(int threads) {
    var calls = new AtomicInteger();
    byte[] bytes = new byte[100];
    List<Frame> wrong =
        List.of(
            frame(out -> out.closeFrame()),
            frame(
                out -> {
                  out.closeFrame();
                  out.openFrame(FrameStyle.LZ4);
                }),
            frame(Checkpt::close),
            frame(
                out -> out.data(MemorySegment.ofArray(bytes).asSlice(0, calls.incrementAndGet()))));
    for (Frame frame : wrong) {
      Frame good = frame(out -> out.data(MemorySegment.ofArray(bytes)));
      Checkpt out = Checkpt.to(Channels.newChannel(new ByteArrayOutputStream()), BUFFER);
      assertThrows(
          IllegalStateException.class,
          () ->
              out.addFrames(List.of(good, frame, good), executor, threads, BUFFER, Progress.NONE));
    }
  }

  private interface Adding {
    void to(Checkpt out) throws IOException;
  }

  private static Frame frame(Adding adding) {
    return new Frame() {
      @Override
      public FrameStyle style() {
        return FrameStyle.LZ4;
      }

      @Override
      public void addTo(Checkpt out) throws IOException {
        adding.to(out);
      }
    };
  }

  @Test
  void anExecutorThatRunsNothingOrLateDoesNoHarm() throws IOException {
    List<Frames.Made> frames = Frames.random(new SplittableRandom(9), 20, 100_000);
    var expected = new ByteArrayOutputStream();
    Frames.write(frames, Checkpt.to(Channels.newChannel(expected)));
    List<Runnable> late = new ArrayList<>();
    var found = new ByteArrayOutputStream();
    Checkpt out = Checkpt.to(Channels.newChannel(found));
    out.addFrames(frames, late::add, 5, BUFFER, Progress.NONE);
    assertArrayEquals(expected.toByteArray(), found.toByteArray());
    assertEquals(4, late.size());
    late.forEach(Runnable::run);
    assertArrayEquals(expected.toByteArray(), found.toByteArray());
  }

  @Test
  void anExecutorThatRefusesIsReportedWhenNobodyWorksAnyMore() {
    List<Frames.Made> frames = Frames.random(new SplittableRandom(9), 20, 100_000);
    var accepted = new AtomicInteger();
    Checkpt out = Checkpt.to(Channels.newChannel(new ByteArrayOutputStream()));
    assertThrows(
        RejectedExecutionException.class,
        () ->
            out.addFrames(
                frames,
                task -> {
                  if (accepted.incrementAndGet() == 3) {
                    throw new RejectedExecutionException();
                  }
                  executor.execute(task);
                },
                5,
                BUFFER,
                Progress.NONE));
  }

  @Test
  void aThreadThatWaitsCanBeInterrupted() throws Exception {
    var started = new CountDownLatch(1);
    var end = new CountDownLatch(1);
    byte[] noise = Content.of(1, 1, 50_000);
    var counted = new AtomicInteger();
    // The first frame does not end; the caller runs out of buffers behind it.
    Frame slow =
        frame(
            out -> {
              if (counted.incrementAndGet() == 2) {
                started.countDown();
                await(end);
              }
            });
    List<Frame> frames = new ArrayList<>(List.of(slow));
    for (int i = 0; i < 20; i++) {
      frames.add(new Frames.Made(FrameStyle.LZ4, List.of(MemorySegment.ofArray(noise))));
    }
    Checkpt out = Checkpt.to(Channels.newChannel(new ByteArrayOutputStream()));
    var caught = new ArrayList<Throwable>();
    Thread caller =
        Thread.ofPlatform()
            .start(
                () -> {
                  try {
                    out.addFrames(
                        frames,
                        task -> {
                          executor.execute(task);
                          while (started.getCount() > 0) {
                            Thread.onSpinWait(); // the interrupt is not for this wait
                          }
                        },
                        2,
                        BUFFER,
                        Progress.NONE);
                  } catch (Throwable e) {
                    caught.add(e);
                  }
                });
    await(started);
    caller.interrupt();
    // It still waits for the other thread, which uses memory of the caller.
    caller.join(50);
    assertTrue(caller.isAlive());
    end.countDown();
    caller.join();
    assertEquals(1, caught.size());
    assertTrue(caught.getFirst() instanceof java.io.InterruptedIOException, caught.toString());
  }

  @Test
  void largeNativeFramesAreStreamedAndReadBackByManyThreads() throws Exception {
    int size = Tier.of(3, 60) << 20;
    byte[] content = new byte[size];
    for (int at = 0; at < size; at += 1 << 16) {
      System.arraycopy(Content.of(3, at, 1 << 16), 0, content, at, 1 << 16);
    }
    try (Arena arena = Arena.ofShared()) {
      MemorySegment plain = arena.allocate(size);
      plain.copyFrom(MemorySegment.ofArray(content));
      List<Frames.Made> frames = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        FrameStyle style = i % 3 == 1 ? FrameStyle.RAW : FrameStyle.LZ4;
        frames.add(new Frames.Made(style, List.of(plain.asSlice(i, 20), plain.asSlice(i))));
      }
      MemorySegment region = arena.allocate(8L * size);
      Checkpt out = Checkpt.into(region);
      long[] offsets = out.addFrames(frames, executor, 3, BUFFER, Progress.NONE);
      MemorySegment written = region.asSlice(0, out.offset());
      var results = new ArrayList<java.util.concurrent.Future<Integer>>();
      for (int i = 0; i < frames.size(); i++) {
        int index = i;
        results.add(
            executor.submit(
                () -> {
                  Restore in = Restore.from(written);
                  in.seek(offsets[index]);
                  int wrong = Frames.wrong(frames.get(index), in);
                  assertEquals(offsets[index + 1], in.offset());
                  return wrong;
                }));
      }
      for (var result : results) {
        assertEquals(-1, result.get());
      }
    }
  }
}
