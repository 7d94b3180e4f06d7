package holdfast.bench;

import io.netty.util.concurrent.FastThreadLocalThread;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** What JMH runs everybody's threads in: Netty is at its best in threads of its own kind. */
public final class NettyThreads extends ThreadPoolExecutor {
  /** For JMH, which finds it by name. */
  public NettyThreads(int threads, String prefix) {
    super(
        threads,
        threads,
        1,
        TimeUnit.MINUTES,
        new LinkedBlockingQueue<>(),
        body -> new FastThreadLocalThread(body, prefix));
  }
}
