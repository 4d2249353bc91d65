"""What QGIS makes of a GeoPackage and a project, run by the system's Python, which has QGIS.

QT_QPA_PLATFORM=offscreen python3 open_in_qgis.py <file.gpkg> <file.qgz> <folder>

With - for the GeoPackage the pins of the sheet alone are told.
The folder gets found.json, a picture of each layer by its style and by SLD, and the printed sheet.
"""

import json
import os
import sys
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from qgis.core import (
    QgsApplication,
    QgsLayoutExporter,
    QgsLayoutItemLegend,
    QgsLayoutItemMap,
    QgsLayoutItemScaleBar,
    QgsMapRendererCustomPainterJob,
    QgsMapSettings,
    QgsProject,
    QgsRenderContext,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtGui import QColor, QImage, QPainter

WIDTH, HEIGHT = 700, 600


def settings_of(layers, extent, crs):
    settings = QgsMapSettings()
    settings.setLayers(layers)
    settings.setDestinationCrs(crs)
    settings.setExtent(extent)
    settings.setOutputSize(QSize(WIDTH, HEIGHT))
    settings.setBackgroundColor(QColor("#faf8f4"))
    return settings


def draw(layers, extent, crs, path):
    """Draw layers as a picture; return how many pixels are no background."""
    settings = settings_of(layers, extent, crs)
    picture = QImage(WIDTH, HEIGHT, QImage.Format_RGB32)
    picture.fill(settings.backgroundColor())
    painter = QPainter(picture)
    job = QgsMapRendererCustomPainterJob(settings, painter)
    job.start()
    job.waitForFinished()
    painter.end()
    assert picture.save(str(path)), path
    ground = settings.backgroundColor().rgb()
    return sum(picture.pixel(x, y) != ground for x in range(0, WIDTH, 2) for y in range(0, HEIGHT, 2))


def drawn_of(layer):
    """Count the rows that the style draws, and the rules that draw each of them."""
    context = QgsRenderContext.fromMapSettings(settings_of([layer], layer.extent(), layer.crs()))
    context.expressionContext().appendScopes(layer_scopes(layer))
    renderer = layer.renderer().clone()
    renderer.startRender(context, layer.fields())
    counts, found = {}, 0
    for feature in layer.getFeatures():
        context.expressionContext().setFeature(feature)
        if feature.hasGeometry() and renderer.willRenderFeature(feature, context):
            found += 1
            keys = renderer.legendKeysForFeature(feature, context)
            labels = "; ".join(sorted(label_of(renderer, key) for key in keys))
            counts[labels] = counts.get(labels, 0) + 1
    renderer.stopRender(context)
    return found, counts


def label_of(renderer, key):
    root = getattr(renderer, "rootRule", None)
    rule = root().findRuleByKey(key) if root else None
    return rule.label() if rule else ""


def layer_scopes(layer):
    from qgis.core import QgsExpressionContextUtils

    return QgsExpressionContextUtils.globalProjectLayerScopes(layer)


def about(layer):
    """Tell what QGIS made of a layer."""
    told = {
        "valid": layer.isValid(),
        "rows": layer.featureCount(),
        "spatial": layer.isSpatial(),
        "geometry": layer.dataProvider().wkbType(),
        "aliases": {field.name(): field.alias() for field in layer.fields()},
    }
    if layer.isSpatial():
        told["drawn"], told["rules"] = drawn_of(layer)
        told["renderer"] = layer.renderer().type()
        told["labels"] = layer.labelsEnabled()
        told["style"] = layer.listStylesInDatabase()[2][:1]
    return told


def of_geopackage(path, pictures):
    """Open every layer by its name alone, as one drags it in, and draw it as its own style and as SLD tell."""
    whole = QgsVectorLayer(str(path), "all", "ogr")
    names = [line.split("!!::!!")[1] for line in whole.dataProvider().subLayers()]
    found = {}
    for name in names:
        layer = QgsVectorLayer(f"{path}|layername={name}", name, "ogr")
        told = found[name] = about(layer)
        if layer.isSpatial() and layer.featureCount():
            told["pixels"] = draw([layer], layer.extent(), layer.crs(), pictures / f"{name}.png")
            told["sld"] = of_sld(path, layer, pictures / f"{name}.sld.png")
    return found


def of_sld(path, layer, picture):
    """Draw a layer as the style for other programs tells."""
    import sqlite3

    text = (
        sqlite3.connect(path)
        .execute("select styleSLD from layer_styles where f_table_name = ?", (layer.name(),))
        .fetchone()[0]
    )
    file = picture.with_suffix(".sld")
    file.write_text(text, encoding="utf-8")
    again = QgsVectorLayer(layer.source(), layer.name(), "ogr")
    said, read = again.loadSldStyle(str(file))
    rows, rules = drawn_of(again)
    return {
        "read": read,
        "said": said,
        "drawn": rows,
        "rules": rules,
        "pixels": draw([again], again.extent(), again.crs(), picture),
    }


def pins_of(project, sheet):
    """Tell where the numbered pins stand on the sheet, mm from left and top, as the style's own words tell."""
    from qgis.core import QgsCoordinateTransform, QgsExpressionContext, QgsExpressionContextUtils

    layer = project.mapLayer("creative_nodes_candidates")
    rule = next(one for one in layer.renderer().rootRule().children() if "1 to" in one.label())
    pin = next(one for one in rule.symbol().symbolLayers() if one.layerType() == "FontMarker")
    told = pin.dataDefinedProperties().property(pin.PropertyOffset)
    context = QgsExpressionContext(sheet.createExpressionContext())
    context.appendScope(QgsExpressionContextUtils.layerScope(layer))
    to_map = QgsCoordinateTransform(layer.crs(), project.crs(), project)
    extent, pins = sheet.extent(), {}
    for feature in layer.getFeatures(rule.filterExpression()):
        context.setFeature(feature)
        offset = told.valueAsString(context, "0,0")[0] or "0,0"
        right, down = (float(part) for part in offset.split(","))
        at = to_map.transform(feature.geometry().asPoint())
        mm = 1000 / sheet.scale()
        pins[feature["site_id"]] = [
            (at.x() - extent.xMinimum()) * mm + right,
            (extent.yMaximum() - at.y()) * mm + down,
            bool(right or down),
        ]
    return pins


def of_project(path, pictures):
    """Open the project, draw what it shows, and print its sheet."""
    project = QgsProject.instance()
    read = project.read(str(path))
    layers = {layer.id(): about(layer) for layer in project.mapLayers().values()}
    root = project.layerTreeRoot()
    shown = [layer for layer in root.layerOrder() if root.findLayer(layer.id()).isVisible()]
    layout = project.layoutManager().layouts()[0]
    exporter = QgsLayoutExporter(layout)
    pdf, png = QgsLayoutExporter.PdfExportSettings(), QgsLayoutExporter.ImageExportSettings()
    png.dpi, png.exportMetadata = 150, False
    printed = [
        exporter.exportToPdf(str(pictures / "sheet.pdf"), pdf),
        exporter.exportToImage(str(pictures / "sheet.png"), png),
    ]
    items = layout.items()
    bar = next(item for item in items if isinstance(item, QgsLayoutItemScaleBar))
    sheet = next(item for item in items if isinstance(item, QgsLayoutItemMap))
    legend = next(item for item in items if isinstance(item, QgsLayoutItemLegend))
    return {
        "read": read,
        "title": project.title(),
        "crs": project.crs().authid(),
        "absolute": project.readBoolEntry("Paths", "/Absolute")[0],
        "groups": {group.name(): group.findLayerIds() for group in root.children()},
        "shown": [layer.id() for layer in shown],
        "layers": layers,
        "sources": {layer.id(): layer.source() for layer in project.mapLayers().values()},
        "pixels": draw(shown, sheet.extent(), project.crs(), pictures / "project.png"),
        "printed": printed,
        "pins": pins_of(project, sheet),
        "bar": [bar.unitsPerSegment(), bar.numberOfSegments(), bar.linkedMap() is sheet],
        "legend": [layer.layerId() for layer in legend.model().rootGroup().findLayers()],
        "labels": [item.text() for item in items if hasattr(item, "text")],
    }


def of_pins(path):
    """Open the project and tell where its pins stand on its sheet."""
    project = QgsProject.instance()
    assert project.read(str(path))
    items = project.layoutManager().layouts()[0].items()
    return {"pins": pins_of(project, next(item for item in items if isinstance(item, QgsLayoutItemMap)))}


def main(geopackage, project, pictures):
    pictures = Path(pictures)
    pictures.mkdir(parents=True, exist_ok=True)
    app = QgsApplication([], False)
    app.initQgis()
    said = []
    QgsApplication.messageLog().messageReceived.connect(lambda text, tag, level: said.append([tag, int(level), text]))
    if geopackage == "-":
        found = {"project": of_pins(project)}
    else:
        found = {"geopackage": of_geopackage(geopackage, pictures), "project": of_project(project, pictures)}
    found["said"] = said
    (pictures / "found.json").write_text(json.dumps(found), encoding="utf-8")
    QgsProject.instance().clear()
    app.exitQgis()


main(*sys.argv[1:])
