// What a call costs on the JVM: Figures FILE.db
package roundsman

fun main(words: Array<String>) {
    val began = System.nanoTime()
    val phone = Replica.open(words[0], options())
    println("load and open: ${(System.nanoTime() - began) / 1_000_000} ms")
    val calls = 200_000
    repeat(calls) { protocolVersion() }
    val from = System.nanoTime()
    repeat(calls) { protocolVersion() }
    println("one call that does nothing: ${"%.2f".format((System.nanoTime() - from) / 1e3 / calls)} us")
    phone.shut()
}
