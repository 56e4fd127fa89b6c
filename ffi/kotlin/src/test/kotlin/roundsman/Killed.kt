// A process that writes and is killed in the middle: every number it has printed was said to be on disk.
package roundsman

import java.util.concurrent.CountDownLatch

fun main(words: Array<String>) {
    val replica = Replica.open(words[0], options())
    for (number in 0..1000) {
        replica.record(words[1], null, remark("$number"))
        println(number)
        if (number == 20) {
            ProcessBuilder("kill", "-KILL", "${ProcessHandle.current().pid()}").start()
            CountDownLatch(1).await()
        }
    }
}
