"""The words in the manual's drawings, in the manual's languages. They stand on no screen, so in no catalogue."""

from collections.abc import Mapping

Words = Mapping[str, Mapping[str, str]]

HEADER: Words = {
    "title": {"en": "Header of the Raspberry Pi, seen from above", "th": "ขาพินของ Raspberry Pi มองจากด้านบน"},
    "corner": {"en": "Pin 1: at the card's end, square pad", "th": "ขา 1: ด้านช่องเสียบการ์ด แป้นสี่เหลี่ยม"},
    "usb": {"en": "USB and network sockets", "th": "ด้านช่อง USB และสายเครือข่าย"},
    "level": {"en": "button of a level", "th": "ปุ่มให้คะแนน"},
    "lamp": {"en": "lamp", "th": "ไฟ"},
    "next": {"en": "button: next number", "th": "ปุ่มเรียกคิวถัดไป"},
    "ground": {"en": "GND", "th": "กราวด์ (GND)"},
    "power": {"en": "supply: never to a button's pin", "th": "ไฟเลี้ยง: ห้ามต่อเข้าขาปุ่ม"},
    "reserved": {"en": "leave free (see the table)", "th": "เว้นว่าง (ดูตาราง)"},
    "free": {"en": "free", "th": "ว่าง"},
}
BUTTONS: Words = {
    "title": {"en": "A score button", "th": "ปุ่มให้คะแนน"},
    "low": {"en": 'pressed = "low" (usual)', "th": 'pressed = "low" (ปกติ)'},
    "high": {"en": 'pressed = "high"', "th": 'pressed = "high"'},
    "pin": {"en": "pin of the level", "th": "ขาของระดับ"},
    "inside": {"en": "pulled up inside the chip", "th": "ตัวต้านทานดึงขึ้นอยู่ในชิป"},
    "inside_high": {"en": "pulled down inside the chip", "th": "ตัวต้านทานดึงลงอยู่ในชิป"},
    "contact": {"en": "contact that closes", "th": "หน้าสัมผัสปกติเปิด (NO)"},
    "never": {"en": "Never 5 V: a pin takes 3.3 V", "th": "ห้ามต่อ 5 V: ขารับได้ 3.3 V"},
}
LAMPS: Words = {
    "title": {"en": "The lamp that says thank you", "th": "ไฟขอบคุณ"},
    "small": {"en": "Small: one LED, up to 8 mA", "th": "ไฟเล็ก: LED ดวงเดียว ไม่เกิน 8 mA"},
    "large": {"en": "Larger: a transistor switches it", "th": "ไฟใหญ่: ใช้ทรานซิสเตอร์ขับ"},
    "pin": {"en": "pin of the lamp", "th": "ขาของไฟ"},
    "led": {"en": "LED, red or yellow", "th": "LED สีแดงหรือเหลือง"},
    "supply": {"en": "+5 V or +12 V\nof its own supply", "th": "+5 V หรือ +12 V\nจากแหล่งจ่ายแยก"},
    "lamp": {"en": "LED lamp\nup to 100 mA", "th": "หลอด LED\nไม่เกิน 100 mA"},
    "npn": {"en": "NPN, such as BC337", "th": "NPN เช่น BC337"},
    "grounds": {"en": "the grounds are joined", "th": "ต่อกราวด์ร่วมกัน"},
}
PRINTER: Words = {
    "title": {"en": "The printer and its cables", "th": "เครื่องพิมพ์และสาย"},
    "usb": {"en": "USB printer, 58 or 80 mm", "th": "เครื่องพิมพ์ USB 58 หรือ 80 มม."},
    "board": {"en": "Raspberry Pi", "th": "Raspberry Pi"},
    "cable": {"en": "USB A – B, up to 3 m", "th": "สาย USB A – B ไม่เกิน 3 ม."},
    "brick": {"en": "its own power supply", "th": "แหล่งจ่ายไฟของเครื่องพิมพ์"},
    "paper": {"en": "printed side up,\nas it comes off the roll", "th": "ด้านพิมพ์ได้\nหงายขึ้น"},
    "switches": {"en": "Switches under the lid (names differ)", "th": "สวิตช์ DIP ใต้ฝา (ชื่อต่างกันตามรุ่น)"},
    "cut": {"en": "cutter: on", "th": "ตัดกระดาษ: เปิด"},
    "beep": {"en": "beeper: off", "th": "เสียงบี๊บ: ปิด"},
    "class": {"en": "USB: printer class, no virtual COM", "th": "USB: คลาสเครื่องพิมพ์ ไม่ใช่ COM"},
    "status": {"en": "status / not ready: reported", "th": "แจ้งสถานะ/ไม่พร้อม: เปิด"},
    "ttl": {"en": "Panel printer on three wires (TTL), 58 mm", "th": "เครื่องพิมพ์ติดแผงสามสาย (TTL) 58 มม."},
    "divider": {"en": "only where the printer gives 5 V", "th": "เฉพาะเมื่อเครื่องพิมพ์ส่ง 5 V"},
    "supply": {"en": "own supply, 1.5 A and more", "th": "แหล่งจ่ายแยก 1.5 A ขึ้นไป"},
}
CAPS: Words = {
    "title": {"en": "The five score buttons from above", "th": "ปุ่มให้คะแนนห้าปุ่ม มองจากด้านบน"},
    "start": {"en": "start mark,\nraised", "th": "เครื่องหมาย\nเริ่มต้นนูน"},
    "side": {"en": "One cap from the side", "th": "ฝาปุ่มมองจากด้านข้าง"},
    "dots": {"en": "dots: 3 mm wide, 1 mm high", "th": "จุดนูน กว้าง 3 มม. สูง 1 มม."},
    "cap": {"en": "cap: 30 mm (20 mm at least)", "th": "ฝาปุ่ม 30 มม. (อย่างน้อย 20 มม.)"},
    "apart": {"en": "45 mm from middle to middle", "th": "ระยะกึ่งกลางถึงกึ่งกลาง 45 มม."},
    "same": {
        "en": "Caps, springs and lights are the same for all levels: only the dots differ.",
        "th": "ฝาปุ่ม สปริง และไฟเหมือนกันทุกระดับ ต่างกันเฉพาะจำนวนจุดนูน",
    },
}
CASE: Words = {
    "title": {"en": "Where everything stands (mm above the floor)", "th": "ตำแหน่งอุปกรณ์ (มม. จากพื้น)"},
    "reach": {"en": "reach from a wheelchair", "th": "ระยะเอื้อมจากรถเข็น"},
    "screen": {"en": "touch screen", "th": "จอสัมผัส"},
    "mouth": {"en": "ticket", "th": "ช่องบัตรคิว"},
    "keys": {"en": "tactile keypad,\nearphones 3.5 mm", "th": "แป้นสัมผัส\nหูฟัง 3.5 มม."},
    "box": {"en": "score buttons\nat the counter", "th": "ปุ่มให้คะแนน\nที่ช่องบริการ"},
    "door": {"en": "door with a lock:\nprinter, board, supply", "th": "ประตูมีกุญแจ:\nเครื่องพิมพ์ บอร์ด ไฟ"},
    "air": {"en": "vents", "th": "ช่องระบายอากาศ"},
    "beyond": {"en": "over a table:\nhere at most", "th": "เอื้อมข้ามโต๊ะ:\nไม่เกินเส้นนี้"},
    "over": {"en": "nothing touched above this line", "th": "สิ่งที่ต้องแตะไม่สูงกว่าเส้นนี้"},
}
