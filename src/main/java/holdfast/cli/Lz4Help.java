package holdfast.cli;

/** The help of the {@code lz4} family. */
final class Lz4Help {
  static final String TEXT =
      """
      usage: holdfast lz4 [OPTIONS] [INPUT [OUTPUT]]
             holdfast lz4 [OPTIONS] -m INPUT...
             holdfast unlz4 ...    the same as lz4 -d
             holdfast lz4cat ...   the same as lz4 -dcfm

      Without INPUT, or when it is - or stdin, reads standard input. Without OUTPUT, adds or removes
      .lz4, or writes to standard output when it reads standard input. Short options can be joined.

      what to do
        -z  --compress            compress (default, except for inputs named .lz4)
        -d  --decompress          decompress
        -t  --test                decompress, throw the result away, tell whether it is sound
            --list                describe the frames of the inputs; also with --json
        -b#                       measure levels: see below

      how hard to try
        -1 ... -12                level; 1 is the fastest (default), 12 the smallest (--best)
            --fast[=#]            faster than level 1 and larger, by a factor of # (default 1)
            --favor-decSpeed      at levels 10 to 12 prefer what decompresses faster
        -D FILE                   use FILE as dictionary, to decompress too
        -T# --threads #           compress with # threads (default: all); the bytes are the same

      the frame
        -B4 ... -B7               blocks of 64 KiB, 256 KiB, 1 MiB, 4 MiB (default)
        -B#                       blocks of # bytes, 32 and more
        -BI -BD                   independent blocks (default), blocks that build on earlier ones
        -BX                       a checksum for each block
            --no-frame-crc        no checksum of the whole content; --frame-crc: with one
            --no-crc              no checksums at all; when reading, do not compare them
            --content-size        note the original size, where it is known; --no-content-size
        -l                        legacy format of 2011, for old Linux kernels

      files
        -c  --stdout              write to standard output, even to a terminal
        -f  --force               replace existing outputs; with -dc copy what is no LZ4 unchanged
        -m  --multiple            all names are inputs
        -r  --recursive           and directories stand for all files below them
        -k  --keep                keep the inputs (default); --rm: remove each after success
            --sparse              leave holes for runs of zeros, in standard output too
            --no-sparse           write all zeros (default: holes in files, none in standard output)

      measuring
        -b# -e# -i#               levels from -b to -e, at least # seconds each (default 3)
        -S                        each file alone; default: all files together
        -d after -b               decompression of the .lz4 inputs alone

      general
        -q  --quiet, -v --verbose  say less, say more; -qq also hides errors
        -h  --help, -V --version
            --json --no-color --progress WHEN --limit-mem SIZE: see 'holdfast --help'

      The environment variables LZ4_CLEVEL and LZ4_NBWORKERS set other defaults for level and
      threads. An output appears under its name when it is complete, and not at all when the work
      fails or is interrupted.

      examples
        holdfast lz4 -9 access.log                 access.log.lz4
        holdfast lz4 -d access.log.lz4 -           to standard output, if that is no terminal
        holdfast lz4 -m --rm *.log                 each into its own file
        holdfast lz4 --list --json *.lz4
      """;

  private Lz4Help() {}
}
