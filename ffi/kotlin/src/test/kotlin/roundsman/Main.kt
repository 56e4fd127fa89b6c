// Runs the scenarios of ffi/scenarios.json in their order, and writes which of them passed.
package roundsman

import java.nio.file.Files
import java.nio.file.Path
import kotlin.system.exitProcess

fun main() {
    val listed = Regex("\"id\": \"(\\w+)\"").findAll(Files.readString(ROOT.resolve("ffi/scenarios.json")))
    val results = linkedMapOf<String, Boolean>()
    Office(Files.createTempDirectory("server").resolve("data")).use { office ->
        val scenarios = Scenarios(office)
        for (id in listed.map { it.groupValues[1] }) {
            val name = Regex("_(\\w)").replace(id) { it.groupValues[1].uppercase() }
            results[id] = try {
                Scenarios::class.java.getMethod(name).invoke(scenarios)
                true
            } catch (failure: ReflectiveOperationException) {
                (failure.cause ?: failure).printStackTrace()
                false
            }
            println("${if (results[id] == true) "passed" else "FAILED"}  $name")
        }
        check("\"ok\": true" in office.run("verify").replace("\":", "\": ").replace("  ", " "))
    }
    System.getenv("ROUNDSMAN_RESULTS")?.let { path ->
        val lines = results.map { (id, passed) -> "\"$id\": $passed" }
        Files.writeString(Path.of(path), lines.joinToString(", ", "{", "}"))
    }
    exitProcess(if (results.values.all { it }) 0 else 1)
}
