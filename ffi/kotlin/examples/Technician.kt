// A technician closes an order with a photo and the owner's signature: Technician URL CODE PHOTO.jpg FILE.db
//
// Everything but enrolment and the syncs works without a network.
package roundsman.examples

import kotlinx.coroutines.runBlocking
import roundsman.*

/** The strokes of a finger on the glass, as the app's canvas gives them. */
val strokes = byteArrayOf(0x89.toByte()) + "PNG\r\n\u001a\n".toByteArray() + ByteArray(64) { it.toByte() }

/** The first order that is this person's and not done. */
fun Replica.nextOrder(me: PersonId): Pair<Case, Order>? =
    cases(CaseFilter(assignee = me), 0u, 50u).firstNotNullOfOrNull { line ->
        val case = case(line.id) ?: return@firstNotNullOfOrNull null
        case.orders.firstOrNull { me in it.assignees && it.status < OrderStatus.COMPLETED }?.let { case to it }
    }

fun Replica.repair(case: Case, order: Order, photo: String) {
    takeOrder(case.id, order.id)
    record(case.id, order.id, NewEntry(EntryKind.ARRIVED, note = "到场"))
    addPhoto(case.id, NewPhoto(photo, PhotoRole.BEFORE))
    record(case.id, order.id, NewEntry(EntryKind.DIAGNOSED, note = "镇流器烧坏"))
    val part = EntryDetails.PartUsed(Part("镇流器", quantityMilli = 1_000u, unit = "个", price = 3_500uL))
    record(case.id, order.id, NewEntry(EntryKind.PART_USED, details = part))
    record(case.id, order.id, NewEntry(EntryKind.COMPLETED, note = "更换镇流器，已亮"))

    // What is kept is what stood on the glass, even if a sync changes the case while the owner reads.
    val shown = statement(case.id, order.id, SignOffSubject.COMPLETION)
    println(shown.text)
    val signed = NewSignOff(
        SignOffSubject.COMPLETION, SignOffOutcome.SIGNED,
        signer = "孙丽华", relation = "业主", strokesPng = strokes, shown = shown.text,
    )
    signOff(case.id, order.id, signed)
}

fun main(words: Array<String>): Unit = runBlocking {
    val (url, code, photo, file) = words
    val phone = Replica.open(file, OpenOptions())
    try {
        if (phone.status().enrolment == null) phone.enrolAndWait(url, code, "Phone of the technician")
        phone.syncAndWait()
        val me = phone.status().enrolment!!.person
        val (case, order) = phone.io { nextOrder(me) } ?: error("there is nothing to do")
        phone.io { repair(case, order, photo) }
        val report = phone.syncAndWait()
        val after = phone.case(case.id)!!
        println("${after.orders.first { it.id == order.id }.status}: ${report.accepted} edits accepted, ${report.photosSent} photos sent")
    } catch (refused: RoundsmanException) {
        error("${refused.code}: ${refused.why}")
    }
}
